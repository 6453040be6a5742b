"""Common words of languages for which there is no frequency list."""

SWAHILI = """
na ya wa kwa ni za la katika cha kuwa hii kama pia hivyo lakini kwamba yake wake sana watu mtu hiyo huyo hao hayo hizo hili hilo
wao sisi wewe mimi yeye nyinyi ninyi wangu yangu langu changu zangu wetu yetu letu wako yako lako chako zako wenu yenu wao yao lao
baada kabla sasa leo kesho jana juzi asubuhi mchana jioni usiku saa siku wiki mwezi mwaka miaka miezi wakati muda kila mara mbili
tatu nne tano sita saba nane tisa kumi moja kwanza pili nyingi mengi wengi kidogo chache machache wachache kubwa ndogo mrefu mfupi
nzuri mbaya vizuri vibaya habari asante samahani tafadhali karibu kwaheri ndiyo hapana sawa bado tena tu pekee peke yote wote
zote lote chote kitu vitu jambo mambo neno maneno swali maswali jibu majibu jina namba simu ujumbe pesa fedha bei gharama shilingi
nyumba nyumbani shule shuleni kazi kazini duka dukani soko sokoni mji mjini kijiji kijijini hospitali kliniki zahanati daktari
muuguzi nesi dawa kipimo vipimo matokeo ugonjwa magonjwa afya mgonjwa mama baba dada kaka mtoto watoto mume mke mwanamke wanawake
mwanaume wanaume msichana wasichana mvulana rafiki marafiki jirani ndugu familia shangazi mjomba bibi babu mwalimu mwanafunzi
nataka nahitaji naomba napenda najua nadhani nafikiri naona nasikia nahisi naenda nakuja nimekuja nimeenda nimeona nimesikia
nimefika nimepata nimesahau nimekula nimelala nimeamka nimefanya nimekosa nimechoka nimechelewa nimesoma nimeelewa nimetuma
nimelipa nimeomba nimeanza nimemaliza nimerudi nimeshindwa nimeacha nimekaa nimetoka nimeambiwa nimeolewa nimebaki nimebadilisha
nimebeba nimekwama nilikuwa niliona nilienda nilikuja nilipata nilifanya nilisoma nilisema nililala nilitoka nilianza nilikosa
nilimaliza niliambiwa nilisikia nilijua nilipenda nilitaka nilirudi nitakuja nitaenda nitapata nitafanya nitarudi nitajaribu
nitasubiri nitajua nitajibu nitakupigia nitatuma nitalipa alikuja alienda alisema alifanya alinipa aliniambia aliniona alinipigia
alinisaidia alinipeleka alinifundisha alinipenda alinituma alinijibu alinitumia aliniomba amekuja ameenda amesema amefanya amenipa
ameniambia amenipigia anasema anafanya anataka anapenda anajua anakuja anaenda anaishi anakaa anaitwa walisema walikuja wanasema
wanataka kujua kufanya kwenda kuja kupata kuona kusema kusikia kula kulala kuamka kulipa kutuma kupiga kuuliza kujibu kusoma
kuandika kuelewa kujaribu kujali kujaza kujenga kujibiwa kujisikia kujifunza kujifungua kujitambua kujikinga kujilinda kukaa
kukubali kukumbuka kusahau kusaidia kusubiri kutoka kuingia kuacha kuanza kuendelea kumaliza kununua kuuza kutumia kutafuta
kuzaa kuzuia kuzungumza kuzuri kuhusu kuhisi kuhara kuishi kubaki kubeba kubadilisha kubwa kupenda kupima kupita kupona kuogopa
kuoga kuoa kuolewa kufika kufungua kufunga kufuata kufikiri kufundisha kufurahi naweza unaweza anaweza tunaweza wanaweza
inaweza siwezi huwezi hawezi sijui sina sijaona sijapata sijaelewa sijafika sijala sijaenda sitaki sipendi sikuja sikujua sikuona
sikumbuki hujui hajui hakuna hamna haina hana hatuna hawana haiwezi haifai haijalishi hajaja hajafika unajua unataka unasema
unafanya unaenda unatoka unaitwa una ana tuna mna wana ina lina yana kuna pana gani nani nini wapi lini vipi ngapi kwanini
mbona hapa hapo pale huko kule ndani nje juu chini mbele nyuma kati kando mbali karibu haraka polepole mapema pamoja kweli
kabisa hasa zaidi takriban labda pengine ikiwa iwapo ingawa kwani maana sababu ili hadi mpaka tangu toka bila isipokuwa
mapenzi tendo ndoa uhusiano mpenzi kondomu uzazi mpango vidonge sindano kijiti kitanzi hedhi siku mzunguko mwili kichwa mkono
miguu mguu macho tumbo mgongo kifua moyo ngozi uso nywele meno sikio pua mdomo koo chakula maji chai maziwa ugali wali nyama
samaki matunda mboga chumvi sukari barabara gari basi pikipiki bodaboda safari safarini mvua jua baridi joto hali shida tatizo
matatizo msaada nisaidie nipe niambie niulize nitumie nipigie naogopa nafurahi nashukuru nasubiri nasoma nafanya nakaa naishi
natoka natafuta natumia natamani natumai naumwa naitwa napata napita nashindwa nashangaa najaribu najali najibu najisikia najua
nakumbuka nakula nalala nalia nalipa nakupenda umri kijana mzee mkubwa mdogo mpya zamani mtandao chaji betri salio vocha
"""

HINDI_IN_LATIN = """
main mein mai mujhe mera meri mere hum humein hamara hamari tum tumhe tumhara aap aapka aapki aapko woh wo uska uski uske usne unka
unki unhe unhone yeh ye iska iski iske isne koi kuch kya kyun kyon kaise kaisa kaisi kab kahan kaun kitna kitni kitne jab jaise
jahan jitna agar magar lekin phir bhi aur ya par tak liye saath sath baad pehle pahle abhi kal aaj parso subah dopahar shaam raat
din hafta mahina mahine saal samay waqt baar dusri doosri teesri pehli pahli ek do teen char paanch chhe saat aath nau das bees
pachas hazaar rupaye paisa paise kharcha keemat daam kam zyada thoda thodi bahut bohot sab sabhi sirf bas bilkul zaroor shayad
haan nahi nahin theek thik accha acchi acche bura buri bure naya nayi purana bada badi chota choti lamba sundar saaf ganda garam
thanda jaldi dheere kaam kaamwali naukri dukaan bazaar school college padhai padhna likhna likha bolna bola boli batao bataiye
bataya batana samajh samjha samjhi sunna suna suno dekhna dekha dekhi dekho jana jaana jaata jaati jaunga jaungi gaya gayi gaye
aana aaya aayi aaye aata aati aaunga aaungi lena liya lungi lunga dena diya dunga dungi karna karta karti karte karo kiya karunga
karungi karwana karwaya hona hota hoti hote hogi hoga hua hui hue raha rahi rahe rehna rehta rehti chahiye chahti chahta chahte
sakta sakti sakte milna mila mili milega milegi milta milti rakhna rakha baithna baitha baithi khana khaya khayi khati peena piya
sona soya soyi uthna utha uthi chalna chala chali marzi manna mana maana maani manzil mandir market matlab madad maaf maafi
mausam mahaul makaan mehnat mehman medicine gaana gaadi gaon ghar ghanta ghante gharwale garmi gussa galat galti pata pati patni
pyaar pyar paani pani paas dost dukh dawai dawa dard darr dar doctor aspatal hospital clinic report jaanch test nurse sahab madam
behan bhai maa papa mummy pitaji mataji beta beti baccha bachche bacchi ladka ladki aadmi aurat shaadi shadi sasural saas sasur
devar nanad chacha chachi mausi mama mami dada dadi nana nani parivar padosi sehat tabiyat bimari bukhar khansi sardi jukham pet
sir sar aankh haath pair kamar peeth seena naak kaan muh baal khoon naam umar pareshan pareshani takleef dikkat samasya sawal
jawab jawaab zindagi jindagi zaruri jaruri zamana zameen zuban jaroorat zaroorat jabki jawan khush khushi khaas khatam khali khulta
khula kharab kharidna behtar behad beech bechna bemaar bahar bhagwan bharosa bhejna bheja bhejo bhej bataungi balki baarish bijli
chakkar chinta chithi chhutti dhanyavad shukriya namaste namaskar alvida phone message number recharge network battery charge
"""
