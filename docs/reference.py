#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes one HTML page of the overview and of the comments in the introspection XML.

The comments are those that gdbus-codegen reads, with reStructuredText inside. This shows what its own
reStructuredText leaves out: what a method returns, and whether a property changes. A member, an argument or a
reference that isn't documented is an error. With --check nothing is written, and docutils isn't needed.
"""
import argparse
import pathlib
import re
import sys
import textwrap
import xml.parsers.expat

KINDS = {"method": "Methods", "signal": "Signals", "property": "Properties"}
ACCESS = {"read": "read-only", "write": "write-only", "readwrite": "read and write"}
CHANGES = {"const": "never changes", "false": "may change, without PropertiesChanged"}
CHANGED_SIGNAL = "org.freedesktop.DBus.Property.EmitsChangedSignal"
# org.msgr.Lock1.Share(), #org.msgr.Lock1::OnLockEnable, #org.msgr.Lock1:Status, #org.msgr.Lock1
REFERENCE = re.compile(r"#((?:\w+\.)+\w+\d)(?:(::?)(\w+))?|((?:\w+\.)+\w+\d)\.(\w+)\(\)")


class Element:
    """An interface, a member or an argument, with what its comment says."""

    def __init__(self, kind, attributes):
        self.kind = kind
        self.name = attributes.get("name", "")
        self.type = attributes.get("type", "")
        self.direction = attributes.get("direction", "in")
        self.access = attributes.get("access", "")
        self.changes = ""
        self.children = []
        self.parameters = {}
        self.text = ""


def parse_comment(comment):
    """Returns the name, the @parameters and the prose of a comment."""
    first, _, rest = textwrap.dedent(comment.strip("\n")).partition("\n")
    lines = textwrap.dedent(rest).split("\n")
    parameters = {}
    while lines and (match := re.match(r"@(\w+): +(.*)", lines[0])):
        parameters[match[1]] = match[2]
        lines.pop(0)
    return first.strip().rstrip(":"), parameters, "\n".join(lines).strip()


class Reader:
    """Reads the interfaces of one file, each with its comments."""

    def __init__(self, path):
        self.path = path
        self.interfaces = []
        self.stack = []
        self.comment = ("", {}, "")
        parser = xml.parsers.expat.ParserCreate()
        parser.CommentHandler = self.on_comment
        parser.StartElementHandler = self.on_start
        parser.EndElementHandler = self.on_end
        parser.Parse(path.read_bytes(), True)

    def on_comment(self, data):
        self.comment = parse_comment(data)

    def on_start(self, kind, attributes):
        element = Element(kind, attributes)
        if kind == "annotation" and attributes["name"] == CHANGED_SIGNAL:
            self.stack[-1].changes = attributes["value"]
        elif kind == "arg":
            self.stack[-1].children.append(element)
            element.text = self.stack[-1].parameters.get(element.name, "")
        elif kind == "interface" or kind in KINDS:
            name, element.parameters, text = self.comment
            element.text = text if name == element.name else ""
            (self.interfaces if kind == "interface" else self.stack[-1].children).append(element)
        self.stack.append(element)

    def on_end(self, _kind):
        self.stack.pop()


def slug(*names):
    return re.sub(r"[^a-z0-9]+", "-", ".".join(names).lower()).strip("-")


def problems(interfaces):
    """Yields what isn't documented, and references to what doesn't exist."""
    known = {interface.name for interface in interfaces}
    known |= {f"{interface.name}.{member.name}" for interface in interfaces for member in interface.children}
    for interface in interfaces:
        if "short_description" not in interface.parameters:
            yield f"{interface.name}: no short description"
        for element in [interface, *interface.children]:
            where = interface.name if element is interface else f"{interface.name}.{element.name}"
            if not element.text:
                yield f"{where}: not documented"
            if "Original: " not in element.text:
                yield f"{where}: its source in the original isn't told"
            arguments = [child for child in element.children if child.kind == "arg"]
            yield from (f"{where}: {a.name} isn't documented" for a in arguments if not a.text)
            if element.kind != "interface":
                unknown = set(element.parameters) - {a.name for a in arguments}
                yield from (f"{where}: there is no argument {name}" for name in unknown)
            if element.kind == "property" and element.changes not in CHANGES:
                yield f"{where}: {CHANGED_SIGNAL} must be one of {', '.join(CHANGES)}"
            for match in REFERENCE.finditer("\n".join([element.text, *element.parameters.values()])):
                target = ".".join(filter(None, (match[1] or match[4], match[3] or match[5])))
                if target not in known:
                    yield f"{where}: refers to {target}, which isn't there"


def link(interface, match):
    owner, member = match[1] or match[4], match[3] or match[5]
    label = owner if not member else member + ("()" if match[5] else "")
    if member and owner != interface.name:
        label = owner.rpartition(".")[2] + "." + label
    return f"`{label} <{slug(owner, member or '')}_>`__"


def expand(interface, text):
    text = REFERENCE.sub(lambda match: link(interface, match), text)
    return re.sub(r"(?<!\w)@(\w+)", r"``\1``", text)


def heading(title, line, *names):
    return [f".. _{slug(*names)}:", "", title, line * len(title), ""]


def signature(member):
    if member.kind == "property":
        return f"{member.name}  {member.type}  ({ACCESS[member.access]}; {CHANGES[member.changes]})"
    given, returned = (
        ", ".join(f"{a.type} {a.name}" for a in member.children if (a.direction == "out") == out)
        for out in (False, True)
    )
    return f"{member.name}({given})" + (f" -> ({returned})" if returned else "")


def member_lines(interface, member):
    yield from heading(member.name, "^", interface.name, member.name)
    yield from (".. class:: signature", "", "::", "", "    " + signature(member), "")
    for argument in member.children:
        back = ", returned" if argument.direction == "out" else ""
        yield f"``{argument.name}`` : {argument.type}{back}"
        yield "    " + expand(interface, argument.text)
    yield from ("", expand(interface, member.text), "")


def interface_lines(interface):
    yield from heading(interface.name, "=", interface.name)
    yield from (f"*{interface.parameters['short_description']}*", "")
    groups = {kind: [m for m in interface.children if m.kind == kind] for kind in KINDS}
    for kind, members in groups.items():
        if members:
            links = ", ".join(f"`{m.name} <{slug(interface.name, m.name)}_>`__" for m in members)
            yield from (f":{KINDS[kind]}: {links}",)
    yield from ("", expand(interface, interface.text), "")
    for kind, members in groups.items():
        if members:
            yield from heading(KINDS[kind], "-", interface.name, KINDS[kind])
        for member in members:
            yield from member_lines(interface, member)


def write_html(source, stylesheet, output):
    from docutils.core import publish_string

    settings = {
        "_disable_config": True,
        "embed_stylesheet": True,
        "halt_level": 2,
        "stylesheet_path": f"minimal.css,{stylesheet}",
        "table_style": "",
        "toc_backlinks": False,
    }
    output.write_bytes(publish_string(source, writer_name="html5", settings_overrides=settings))


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="only look for what isn't documented")
    parser.add_argument("--index", type=pathlib.Path, help="the overview that goes before the interfaces")
    parser.add_argument("--style", type=pathlib.Path, help="the style sheet, put into the page")
    parser.add_argument("--output", type=pathlib.Path)
    parser.add_argument("xml", type=pathlib.Path, nargs="+")
    options = parser.parse_args()
    interfaces = [interface for path in options.xml for interface in Reader(path).interfaces]
    found = list(problems(interfaces))
    for problem in found:
        print(problem, file=sys.stderr)
    if not found and not options.check:
        lines = [line for interface in interfaces for line in interface_lines(interface)]
        index = options.index.read_text(encoding="utf-8")
        write_html(index + "\n" + "\n".join(lines), options.style, options.output)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
