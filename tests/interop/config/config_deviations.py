"""Where Spring's config server and ours may differ: each is a line of docs/compatibility.md, named by its
beginning."""
import re

from harness.differential import Deviation


def is_page(case):
    """Whose page an error has; where the original sends none or a web page, what ours says."""
    return case.where == "page" and case.here == "problem" or \
        case.where == "error" and case.there is None and case.ours["page"] == "problem"


def is_allow(case):
    return case.where == "allow" and set(case.here) - set(case.there) == {"HEAD", "OPTIONS"}


def is_shape(case):
    """Refused there by a failed cast, here with the key; here also where an index would need much memory."""
    return case.where == "status" and case.request.path.endswith((".yml", ".json")) and case.here == 400 and (
        case.there == 500 or case.scenario.name == "yaml_scalars_as_keys")


def is_order(*names):
    """The same in another order, in repositories of these names."""
    def holds(case):
        if case.scenario.name not in names or not isinstance(case.there, str):
            return False
        there, here = (sorted(re.split(r"[\n,{}]", text)) for text in (case.there, case.here))
        return there == here if case.where == "body" else ".order[" in case.where
    return holds


def is_infinity(case):
    if case.where != "body" or "infinity" not in case.here.lower():
        return False
    spelled = case.there.replace("-.inf", "-Infinity").replace(".inf", "Infinity").replace(".NaN", "NaN")
    return spelled == case.here


DEVIATIONS = (
    Deviation("errors are Boot's JSON", is_page),
    Deviation("`Allow` of a 405 names GET alone", is_allow),
    Deviation("a key that wants a list where a map or value is: 500", is_shape),
    Deviation("`overrides` in the order of Java's hash map", is_order("git_overrides")),
    Deviation("`.xml`: the order of keys", is_order("properties_xml")),
    Deviation("`.inf` and `.nan` are printed so in YAML", is_infinity),
    Deviation("`spring.profiles` in a document is an error"),
    Deviation("an import of what is outside"),
    Deviation("a tab behind `:` or `-`, `\\/` in double quotes"),
    Deviation("anchors of any characters, any `%NAME`"),
    Deviation("the place of a value that is not there"),
    Deviation("a tag on a list that is empty or only merged is not looked at; `!!pairs`"),
    Deviation("`!!binary` and `!!timestamp` are Java's objects in the flat formats"),
    Deviation("a profile expression with something missing"),
    Deviation("a placeholder in a document's condition is resolved"),
    Deviation("half of a surrogate pair is kept"),
    Deviation("`\\#` at the beginning of a key makes the line a comment"),
    Deviation("`a: ${b}` where `b` has a placeholder that nobody knows"),
    Deviation("`\\${x}` in a value that another value brings in"),
    Deviation("`${ key }` is not resolved in properties and files"),
    Deviation("a circular placeholder in a file"),
    Deviation("a broken file on `main` is 404"),
    Deviation("`HEAD`, `heads(_)main` and `refs(_)tags(_)v1` are labels"),
    Deviation("`/foo-.yml` has an empty profile, `/,/dev` no name"),
    Deviation("a file of several labels is 404"),
    Deviation("the repository's own `.git` is served"),
    Deviation("a malformed `Accept-Charset`: 500"),
    Deviation("`q=0` in `Accept` is as good as any other"),
    Deviation("`//` and `/./` in the path of a file are taken out"),
)
