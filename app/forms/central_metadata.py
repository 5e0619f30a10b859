"""What an OData service says of itself: its list of tables, and their columns as EDMX."""

from __future__ import annotations

from typing import Any

from lxml import etree

from app.forms.central_tables import ROOT, STRING, Node, ODataTables, parent_property

_EDMX = "http://docs.oasis-open.org/odata/ns/edmx"
_EDM = "http://docs.oasis-open.org/odata/ns/edm"
SYSTEM = "org.opendatakit.submission"
REVIEW_STATES = ("received", "hasIssues", "edited", "rejected", "approved")
#: What stands in ``__system``. The last two are the house's own: a refusal to take part and odd arrivals
#: are submissions too, and whoever counts them should know.
SYSTEM_PROPERTIES = {
    "submissionDate": "Edm.DateTimeOffset",
    "updatedAt": "Edm.DateTimeOffset",
    "submitterId": STRING,
    "submitterName": STRING,
    "attachmentsPresent": "Edm.Int64",
    "attachmentsExpected": "Edm.Int64",
    "status": f"{SYSTEM}.Status",
    "reviewState": f"{SYSTEM}.ReviewState",
    "deviceId": STRING,
    "edits": "Edm.Int64",
    "formVersion": STRING,
    "disposition": STRING,
    "flags": STRING,
}


def service_document(tables: ODataTables, address: str) -> dict[str, Any]:
    """The list of tables."""
    listed = [{"name": name, "kind": "EntitySet", "url": name} for name in tables.tables]
    return {"@odata.context": f"{address}/$metadata", "value": listed}


def metadata(tables: ODataTables, form_id: str) -> bytes:
    """The EDMX document of a form's tables."""
    root = etree.Element(f"{{{_EDMX}}}Edmx", nsmap={"edmx": _EDMX}, Version="4.0")
    services = etree.SubElement(root, f"{{{_EDMX}}}DataServices")
    _system_schema(services)
    namespace = f"org.opendatakit.user.{_namespace(form_id)}"
    schema = _schema(services, namespace)
    for name, node in tables.tables.items():
        entity = _element(schema, "EntityType", Name=name)
        _element(_element(entity, "Key"), "PropertyRef", Name="__id")
        _element(entity, "Property", Name="__id", Type=STRING, Nullable="false")
        if name == ROOT:
            _element(entity, "Property", Name="__system", Type=f"{SYSTEM}.metadata")
            _element(entity, "Property", Name="meta", Type=f"{SYSTEM}.instance")
        else:
            _element(entity, "Property", Name=parent_property(node), Type=STRING)
        _properties(schema, entity, node, f"{namespace}", name)
    container = _element(schema, "EntityContainer", Name=_namespace(form_id))
    for name, node in tables.tables.items():
        entity_set = _element(container, "EntitySet", Name=name, EntityType=f"{namespace}.{name}")
        _bindings(entity_set, node, "")
        _capabilities(entity_set)
    written: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return written


def _system_schema(services: etree._Element) -> None:
    schema = _schema(services, SYSTEM)
    kind = _element(schema, "ComplexType", Name="metadata")
    for name, its_type in SYSTEM_PROPERTIES.items():
        _element(kind, "Property", Name=name, Type=its_type)
    _element(_element(schema, "ComplexType", Name="instance"), "Property", Name="instanceID", Type=STRING)
    for name, members in (
        ("Status", ("notDecrypted", "missingEncryptedFormData")),
        ("ReviewState", REVIEW_STATES),
    ):
        enumeration = _element(schema, "EnumType", Name=name)
        for member in members:
            _element(enumeration, "Member", Name=member)


def _properties(schema: etree._Element, owner: etree._Element, node: Node, namespace: str, path: str) -> None:
    """The properties of a row or group; a group has a type of its own, which follows."""
    links = []
    for child in node.children.values():
        below = f"{path}.{child.name}"
        if child.kind == "value":
            _element(owner, "Property", Name=child.name, Type=child.type)
        elif child.kind == "group":
            name = f"{below}.group"
            _element(owner, "Property", Name=child.name, Type=f"{namespace}.{name}")
            _properties(schema, _element(schema, "ComplexType", Name=name), child, namespace, below)
        else:
            links.append(child)
    for child in links:
        kind = f"Collection({namespace}.{child.table})"
        _element(owner, "NavigationProperty", Name=child.name, Type=kind)


def _bindings(entity_set: etree._Element, node: Node, path: str) -> None:
    for child in node.children.values():
        if child.kind == "group":
            _bindings(entity_set, child, f"{path}{child.name}/")
        elif child.kind == "repeat":
            binding = {"Path": f"{path}{child.name}", "Target": child.table}
            _element(entity_set, "NavigationPropertyBinding", **binding)


def _capabilities(entity_set: etree._Element) -> None:
    """What is not done here: a reader then sorts and joins by itself."""
    for term, name in (
        ("SortRestrictions", "Sortable"),
        ("SearchRestrictions", "Searchable"),
        ("InsertRestrictions", "Insertable"),
        ("UpdateRestrictions", "Updatable"),
        ("DeleteRestrictions", "Deletable"),
    ):
        annotation = _element(entity_set, "Annotation", Term=f"Org.OData.Capabilities.V1.{term}")
        _element(_element(annotation, "Record"), "PropertyValue", Property=name, Bool="false")


def _schema(services: etree._Element, namespace: str) -> etree._Element:
    return etree.SubElement(services, f"{{{_EDM}}}Schema", {"Namespace": namespace}, nsmap={None: _EDM})


def _element(parent: etree._Element, name: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{_EDM}}}{name}", dict(attributes))


def _namespace(form_id: str) -> str:
    """The form's id as a name: letters, digits and underscores."""
    plain = "".join(each if each.isalnum() or each == "_" else "_" for each in form_id)
    return plain if not plain[:1].isdigit() else f"_{plain}"
