"""``sms-triage chw``: the registry of community health workers."""

import csv
import os
import secrets
import sys
from pathlib import Path

import click

from sms_triage.cli.menus import one_line
from sms_triage.cli.running import running_settings
from sms_triage.numbers import mobile_fault
from sms_triage.service.operator import hand_over
from sms_triage.service.service import Service, open_service
from sms_triage.triage.people.chw import ROLES, Chw

COLUMNS = ("number", "name", "area", "supervisor", "language", "role")


@click.group()
def chw() -> None:
    """Community health workers, supervisors and facilities (in a running deployment)."""


@chw.command()
@click.argument("number")
@click.option("--name", required=True)
@click.option("--area", default="")
@click.option("--supervisor", default="", help="The supervisor's number.")
@click.option("--language", default="")
@click.option("--role", type=click.Choice(ROLES), default="chw", show_default=True)
@one_line
def add(number: str, name: str, area: str, supervisor: str, language: str, role: str) -> None:
    """Puts a number into the registry, or changes its entry."""
    service = open_service(running_settings(os.environ))
    row = {"number": number, "name": name, "area": area, "supervisor": supervisor, "language": language, "role": role}
    if fault := _fault(row, service):
        click.echo(f"sms-triage: {fault}", err=True)
        sys.exit(1)
    click.echo(_add(row, service))


@chw.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@one_line
def import_chws(file: Path) -> None:
    """Adds every row of a CSV file (number, name, area, supervisor, language, role), or none if one is wrong."""
    service = open_service(running_settings(os.environ))
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = [{(name or "").strip().lower(): (value or "").strip() for name, value in row.items()}
                for row in csv.DictReader(lines)]  # fmt: skip
    faults = [f"line {line}: {fault}" for line, row in enumerate(rows, 2) if (fault := _fault(row, service))]
    numbers = [service.number(row.get("number", "")) for row in rows]
    faults += [f"line {line}: {number} stands twice" for line, number in enumerate(numbers, 2)
               if numbers.index(number) < line - 2]  # fmt: skip
    for fault in faults:
        click.echo(fault, err=True)
    if faults or not rows:
        click.echo("nothing was added" + ("" if rows else ": the file has no rows"), err=True)
        sys.exit(1)
    for row in rows:
        _add(row, service)
    click.echo(f"{len(rows)} added")


@chw.command(name="list")
@one_line
def list_chws() -> None:
    """Everybody in the registry, with how many patients she has."""
    for number, chw, patients in open_service(running_settings(os.environ)).registry.chws():
        area = f", {chw.area}" if chw.area else ""
        click.echo(f"{chw.code}  {number}  {chw.role}  {chw.name}{area}  {patients} patients")


@chw.command()
@click.argument("number")
@one_line
def remove(number: str) -> None:
    """Takes a number out of the registry. Its patients are kept, should it come back."""
    service = open_service(running_settings(os.environ))
    removed = service.registry.remove_chw(service.number(number))
    click.echo("removed; her patients are kept" if removed else "this number is not in the registry")
    sys.exit(0 if removed else 1)


@chw.command()
@click.option("--role", type=click.Choice(ROLES), default="chw", show_default=True)
@click.option("--area", default="")
@click.option("--supervisor", default="", help="The supervisor's number.")
@one_line
def invite(role: str, area: str, supervisor: str) -> None:
    """A code with which one person can join by SMS, within 30 days."""
    code = f"{secrets.randbelow(10**8):08}"
    service = open_service(running_settings(os.environ))
    service.registry.invite(code, Chw(role, "", "", area, service.number(supervisor)))
    click.echo(f"she texts: JOIN {code} and her name")


@chw.command()
@click.argument("giver")
@click.argument("taker")
@one_line
def handover(giver: str, taker: str) -> None:
    """Gives all patients of one number to another, for a leave or for good."""
    service = open_service(running_settings(os.environ))
    if service.store.load(service.vault.person(service.number(taker))).person.chw is None:
        click.echo(f"sms-triage: {taker} is not in the registry", err=True)
        sys.exit(1)
    if service.number(giver) == service.number(taker):
        click.echo("sms-triage: these are one number", err=True)
        sys.exit(1)
    click.echo(f"{hand_over(service, giver, taker)} patients handed over")


def _fault(row: dict[str, str], service: Service) -> str:
    """What is wrong with an entry; "" if nothing is."""
    if unknown := sorted(row.keys() - {*COLUMNS, ""}):
        return f"unknown column {unknown[0]!r}: the columns are {', '.join(COLUMNS)}"
    for name in ("number", "supervisor"):
        number = service.number(row.get(name, ""))
        if (name == "number" or number) and (fault := mobile_fault(number)):
            return f"{name} {row.get(name, '')!r} cannot be texted: {fault}"
    if not row.get("name"):
        return "the name is missing"
    if (row.get("role") or "chw") not in ROLES:
        return f"role {row['role']!r} is none of {', '.join(ROLES)}"
    if row.get("language") and row["language"] not in service.locales.languages:
        return f"language {row['language']!r} is none of {', '.join(service.locales.languages)}"
    return ""


def _add(row: dict[str, str], service: Service) -> str:
    number = service.number(row["number"])
    # What a slip names is no name: a short sign that the operator can look up here.
    code = service.vault.person(number)[:4].upper()
    supervisor = service.number(row.get("supervisor", ""))
    chw = Chw(row.get("role") or "chw", row["name"], code, row.get("area", ""), supervisor)
    service.registry.add_chw(number, chw, row.get("language", ""))
    return f"{chw.name} is in the registry as {code}"
