"""spaCy's tokeniser: splits a run of characters without white space by rules of a package."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from workers.stages.tag_entities.ner.package import Package, UnusablePackage

PIECE = re.compile(r"\S+ ?|\s+")
"""A text in pieces: a run without white space, with the one space that separates it from the next;
or what other white space there is, which is a token too."""

_ATTRIBUTES: Mapping[int | str, str] = {65: "ORTH", 67: "NORM"}
"""Numbers that stand for them in spaCy's files."""


def run_of(piece: str) -> str:
    """A piece without the space that separates it from the next one."""
    return piece[:-1] if piece[-1] == " " and not piece.isspace() else piece


class Token(NamedTuple):
    """A token's text; its norm only if a rule for a special case gives one."""

    text: str
    norm: str | None = None


class Replacement(NamedTuple):
    """Tokens ``start`` to ``end`` become others."""

    start: int
    end: int
    tokens: tuple[Token, ...]


class Tokenizer:
    """Prefixes, suffixes, infixes, web addresses and special cases, in spaCy's order.

    A special case holds for a whole run or for what is left of it after its affixes. One that
    itself looks like a word with affixes (":)", "’Cause") is looked for once more in the tokens of
    the whole text: ``special_cases``.
    """

    def __init__(self, package: Package) -> None:
        rules = package.unpacked("tokenizer")
        if not rules:
            raise UnusablePackage("no rules of spaCy's own tokeniser")
        self._prefix, self._suffix, self._infix, self._word, self._address = (
            _compiled(rules.get(name))
            for name in (
                "prefix_search", "suffix_search", "infix_finditer", "token_match", "url_match",
            )
        )  # fmt: skip
        self._special = {
            text: tuple(_token(one) for one in tokens)
            for text, tokens in rules.get("exceptions", {}).items()
        }
        everywhere = not rules.get("faster_heuristics", True)
        self._sequences: dict[str, Any] = {}
        for text, tokens in self._special.items():
            if everywhere or " " in text or self._has_affix(text):
                runs = [run_of(piece) for piece in PIECE.findall(text)]
                found = [token.text for run in runs for token in self._split(run, {})]
                # A token that becomes itself need not be looked for.
                if len(found) > 1 or tokens != (Token(found[0]),):
                    _add(self._sequences, found)

    def split(self, run: str) -> Sequence[Token]:
        """The tokens of one run; of white space too."""
        special = self._special.get(run)
        return self._split(run, self._special) if special is None else special

    def begins(self, word: str) -> bool:
        """Whether a special case in ``special_cases`` may start with this token."""
        return word in self._sequences

    def special_cases(
        self, text: str, words: Sequence[str], starts: Sequence[int], where: Sequence[int]
    ) -> list[Replacement]:
        """Sequences of tokens that are a special case, in order, without overlap.

        ``words`` are the text's tokens and ``starts`` their offsets; ``where`` numbers those of
        which ``begins`` is true. A longer one wins over a shorter one, then the first one; and
        (as in spaCy, whose matcher sees no spaces) also if it turns out to be none after all.
        """
        found = [(start - end, start, end) for start in where for end in self._ends(words, start)]
        seen: set[int] = set()
        taken = []
        for _, start, end in sorted(found):
            if start not in seen and end - 1 not in seen:
                special = self._special.get(
                    text[starts[start] : starts[end - 1] + len(words[end - 1])]
                )
                if special:
                    taken.append(Replacement(start, end, special))
            seen.update(range(start, end))
        return sorted(taken)

    def _ends(self, words: Sequence[str], start: int) -> Iterator[int]:
        node = self._sequences
        for end in range(start, len(words)):
            node = node.get(words[end], {})
            if not node:
                return
            if "" in node:
                yield end + 1

    def _has_affix(self, text: str) -> bool:
        return bool(
            _length(self._prefix, text)
            or _length(self._suffix, text)
            or (self._infix and self._infix.search(text))
        )

    def _split(self, run: str, special: Mapping[str, Sequence[Token]]) -> list[Token]:
        prefixes: list[str] = []
        suffixes: list[str] = []
        rest = self._strip_affixes(run, special, prefixes, suffixes)
        found = [Token(prefix) for prefix in prefixes]
        if rest in special:
            found += special[rest]
        elif rest and not _matches(self._word, rest) and not _matches(self._address, rest):
            found += [Token(part) for part in self._parts(rest)]
        elif rest:
            found.append(Token(rest))
        found += [Token(suffix) for suffix in reversed(suffixes)]
        return found

    def _strip_affixes(
        self,
        run: str,
        special: Mapping[str, Sequence[Token]],
        prefixes: list[str],
        suffixes: list[str],
    ) -> str:
        length = -1
        while run and len(run) != length and not _matches(self._word, run) and run not in special:
            length = len(run)
            before = _length(self._prefix, run)
            if before and run[before:] in special:
                prefixes.append(run[:before])
                return run[before:]
            after = _length(self._suffix, run[before:])
            if after and run[:-after] in special:
                suffixes.append(run[-after:])
                return run[:-after]
            if before:
                prefixes.append(run[:before])
            if after and before + after <= len(run):
                suffixes.append(run[-after:])
                run = run[:-after]
            run = run[before:]
        return run

    def _parts(self, run: str) -> Iterator[str]:
        start = 0
        for infix in self._infix.finditer(run) if self._infix else ():
            if infix.start() == 0:
                continue
            if infix.start() != start:
                yield run[start : infix.start()]
            if infix.start() != infix.end():
                yield infix[0]
            start = infix.end()
        if start < len(run):
            yield run[start:]


def _compiled(pattern: str | None) -> re.Pattern[str] | None:
    return None if pattern is None else re.compile(pattern)


def _length(affix: re.Pattern[str] | None, run: str) -> int:
    found = affix.search(run) if affix else None
    return found.end() - found.start() if found else 0


def _matches(pattern: re.Pattern[str] | None, run: str) -> bool:
    return bool(pattern and pattern.match(run))


def _token(attributes: Mapping[int | str, str]) -> Token:
    named = {_ATTRIBUTES.get(key, key): value for key, value in attributes.items()}
    if not named.keys() <= {"ORTH", "NORM"} or not named.get("ORTH"):
        raise UnusablePackage(f"a special case of the tokeniser sets {named}")
    return Token(named["ORTH"], named.get("NORM"))


def _add(node: dict[str, Any], sequence: Sequence[str]) -> None:
    for word in sequence:
        node = node.setdefault(word, {})
    node[""] = {}
