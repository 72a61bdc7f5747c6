"""What is wrong with a prompt, and what the tutorial would advise: rules with ids, each of which can be switched off."""

from tagloom.prompt.lint.claims import PEOPLE, Claim, plain_claims
from tagloom.prompt.lint.linter import RULES, Rule, lint
from tagloom.prompt.lint.subject import Hooks, Subject, Tag, tags_of

__all__ = ["PEOPLE", "RULES", "Claim", "Hooks", "Rule", "Subject", "Tag", "lint", "plain_claims", "tags_of"]
