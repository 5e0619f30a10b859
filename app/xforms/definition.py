"""What a form is: its questions, groups and repeats, their texts, choices and expressions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, Union

from app.xforms import xpath
from app.xforms.xpath.state import Context, ItemIndex, TreeNode
from app.xforms.xpath.values import Scalar

GEO_KINDS = frozenset({"geopoint", "geotrace", "geoshape"})
SELECT_KINDS = frozenset({"select_one", "select_multiple", "rank"})
UPLOAD_KINDS = frozenset({"image", "audio", "video", "file"})
_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Expression:
    """An expression of the form, parsed.

    ``reads`` are the paths it depends on; ``constant`` never changes.
    """

    text: str
    tree: xpath.Node
    reads: frozenset[str]
    constant: bool
    lasting: bool
    evaluate: Callable[[Context], Scalar] = field(compare=False, repr=False)
    find: Callable[[Context], list[TreeNode]] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Output:
    """A place in a text where the value of an expression is shown."""

    expression: Expression


@dataclass(frozen=True)
class Text:
    """One text in all languages of the form, with the media that go with it (file names)."""

    parts: Mapping[str, tuple[str | Output, ...]] = field(default_factory=dict)
    media: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    default_language: str = ""

    def __bool__(self) -> bool:
        return bool(self.parts) or bool(self.media)

    def parts_in(self, language: str = "") -> tuple[str | Output, ...]:
        """Return the parts in a language, else in the default language, else in any."""
        for wanted in (language, self.default_language):
            if wanted in self.parts:
                return self.parts[wanted]
        return next(iter(self.parts.values()), ())

    def plain(self, language: str = "") -> str:
        """Return the text in a language with its outputs left out."""
        return "".join(part for part in self.parts_in(language) if isinstance(part, str))

    def media_in(self, language: str = "") -> Mapping[str, str]:
        """Return the media in a language: image, audio, video or big-image to file name."""
        for wanted in (language, self.default_language):
            if wanted in self.media:
                return self.media[wanted]
        return next(iter(self.media.values()), _NOTHING)

    @cached_property
    def reads(self) -> frozenset[str]:
        """The paths that the outputs of the text read, in any language."""
        found: set[str] = set()
        for parts in self.parts.values():
            for part in parts:
                if isinstance(part, Output):
                    found |= part.expression.reads
        return frozenset(found)


NO_TEXT = Text()


@dataclass(frozen=True)
class Choice:
    """One choice; ``columns`` are the other columns of its row in the choice list, for filters."""

    value: str
    label: Text
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Itemset:
    """Choices taken from a secondary instance or from a repeat.

    ``nodeset`` finds the items (its filter included).
    """

    nodeset: Expression
    instance_id: str | None
    value_name: str
    label_name: str
    label_is_text_id: bool
    randomize: bool = False
    seed: Expression | None = None

    @property
    def filtered(self) -> bool:
        """Whether the answers (or chance) decide which choices are offered."""
        return self.instance_id is None or bool(self.nodeset.reads) or "[" in self.nodeset.text


@dataclass(frozen=True)
class Preload:
    """A value that the client puts in: timestamp (start, end), date (today), property (deviceid …), uid."""

    kind: str
    params: str


@dataclass(frozen=True)
class SetValue:
    """An action that sets the value of ``target`` on events.

    ``trigger`` is the question whose change causes it.
    """

    target: str
    events: tuple[str, ...]
    expression: Expression | None
    text: str
    trigger: str | None


@dataclass(frozen=True)
class Question:
    """A node that holds an answer. ``control`` is None for hidden ones (calculations, metadata)."""

    path: str
    name: str
    data_type: str
    control: str | None
    kind: str
    appearance: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    label: Text = NO_TEXT
    hint: Text = NO_TEXT
    guidance: Text = NO_TEXT
    constraint_message: Text = NO_TEXT
    required_message: Text = NO_TEXT
    relevant: Expression | None = None
    constraint: Expression | None = None
    required: Expression | None = None
    readonly: Expression | None = None
    calculate: Expression | None = None
    choices: tuple[Choice, ...] = ()
    itemset: Itemset | None = None
    preload: Preload | None = None
    default: str = ""
    repeats: tuple[str, ...] = ()

    @property
    def appearances(self) -> frozenset[str]:
        """The single words of the appearance."""
        return frozenset(self.appearance.split())

    @property
    def is_select(self) -> bool:
        """Whether the answer is one or several choices."""
        return self.kind in SELECT_KINDS

    @property
    def is_upload(self) -> bool:
        """Whether the answer is a file."""
        return self.kind in UPLOAD_KINDS

    @property
    def heads_table(self) -> bool:
        """Whether it only shows the choices of the questions after it (appearance ``label``)."""
        return self.is_select and "label" in self.appearances and self.required is None

    @cached_property
    def choice_by_value(self) -> Mapping[str, Choice]:
        """The choices by value, the first of equal ones."""
        found: dict[str, Choice] = {}
        for choice in self.choices:
            found.setdefault(choice.value, choice)
        return found


@dataclass(frozen=True)
class _Branch:
    """What holds other nodes."""

    path: str
    name: str
    label: Text = NO_TEXT
    appearance: str = ""
    relevant: Expression | None = None
    readonly: Expression | None = None
    children: tuple[Node, ...] = ()
    repeats: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group(_Branch):
    """A group of nodes."""

    visible: bool = False


@dataclass(frozen=True)
class Repeat(_Branch):
    """A group that is answered several times. ``fixed``: rows follow ``count`` and are not added by hand.

    ``initial``: the default texts of the rows that the form begins with, nested as in the instance;
    ``fresh``: those of a row that is added (without a template in the form it is empty, as for JavaRosa).
    """

    count: Expression | None = None
    fixed: bool = False
    initial: tuple[Mapping[str, Any], ...] = ()
    fresh: Mapping[str, Any] = field(default_factory=dict)


Node = Union[Group, Repeat, Question]  # noqa: UP007


@dataclass(frozen=True)
class SecondaryInstance:
    """A choice list or other table of the form. ``document`` is None until an external file is attached."""

    id: str
    src: str | None
    document: TreeNode | None = field(compare=False, repr=False)


@dataclass(frozen=True)
class SubmissionSettings:
    """What the form says about sending."""

    action: str | None = None
    method: str | None = None
    public_key: str | None = None
    auto_send: str | None = None
    auto_delete: str | None = None


@dataclass(frozen=True, eq=False)
class FormDefinition:
    """A compiled form, equal only to itself.

    ``nodes`` and ``questions`` are keyed by path, in document order, without root and meta. ``audited``: the
    form asks for a log of its filling.
    """

    form_id: str
    version: str
    title: str
    root_name: str
    languages: tuple[str, ...]
    default_language: str
    root: Group
    nodes: Mapping[str, Node]
    questions: Mapping[str, Question]
    secondary_instances: Mapping[str, SecondaryInstance]
    set_values: tuple[SetValue, ...]
    submission: SubmissionSettings
    media: tuple[str, ...]
    calculation_order: tuple[str, ...]
    texts: Mapping[str, Text] = field(repr=False)
    namespaces: Mapping[str, str] = field(default_factory=dict)
    root_namespace: str | None = None
    instance_name: Expression | None = None
    audited: bool = False
    repeats: frozenset[str] = frozenset()
    item_index: ItemIndex = field(default_factory=dict, compare=False, repr=False)
    choice_items: dict[tuple[object, ...], dict[TreeNode, Choice]] = field(
        default_factory=dict, compare=False, repr=False
    )

    def question(self, path: str) -> Question:
        """Return the question at a path. Raises KeyError."""
        return self.questions[path]

    def named(self, name: str) -> Question | None:
        """Return the first question of that name."""
        return next((question for question in self.questions.values() if question.name == name), None)

    @property
    def geopoints(self) -> tuple[str, ...]:
        """The paths of all questions about places."""
        return tuple(path for path, question in self.questions.items() if question.kind in GEO_KINDS)

    @cached_property
    def documents(self) -> Mapping[str, TreeNode]:
        """The documents of the secondary instances that are loaded."""
        found = self.secondary_instances.items()
        return {name: instance.document for name, instance in found if instance.document is not None}


def is_true(expression: Expression) -> bool:
    """Return the truth of a constant expression."""
    return xpath.to_boolean(expression.evaluate(xpath.NOWHERE))
