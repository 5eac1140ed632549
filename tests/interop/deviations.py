"""Where the two servers may differ: each is a line of docs/compatibility.md, named by its beginning."""
from harness.differential import Deviation


def pages(there, *here):
    return lambda case: case.where == "page" and case.there == there and case.here in here


def is_label_of_400(case):
    return (case.where, case.ours["status"], case.here) == ("type", 400, "text/plain") or (
        case.where == "type" and "cannot parse" in str(case.ours["body"]))


def is_action_of_override(case):
    return case.where.split("[")[0] == "body.instance.actionType" and \
        (case.there, case.here) == ("ADDED", "MODIFIED") and case.scenario.name in ("replicas", "batches")


def is_status_in_xml(case):
    return case.where == "body.instance.status[0].text" and case.there == "DOWN" and \
        case.here in ("OUT_OF_SERVICE", "UNKNOWN")


def is_allow(case):
    return case.where == "allow" and set(case.here) - set(case.there) in ({"HEAD"}, {"POST"}, {"HEAD", "POST"})


def is_colon(case):
    return "unbound prefix" in str(case.there) and case.scenario.name.startswith("metadata")


def is_label_of_json(case):
    return (case.where, case.there, case.here) == ("type", "application/xml", "application/json") and \
        "json" in case.request.headers.get("Accept", "")


def is_encoding(case):
    return case.where == "encoding" and case.request.headers.get("Accept-Encoding") in ("gzip;q=0", "*")


def is_status_page(case):
    return case.request.path == "/status" and (case.where, case.there, case.here) == ("status", 500, 200)


def is_version_of_delta(case):
    return "delta" in case.request.path and case.where == "body.applications.versions__delta"


DEVIATIONS = (
    Deviation("404 and the like carry the container's error page", pages("Boot", "none")),
    Deviation("errors are Boot's JSON", pages("Boot", "problem")),
    Deviation("400 with the label XML or JSON", is_label_of_400),
    Deviation("XML of one instance says DOWN for OUT_OF_SERVICE and UNKNOWN", is_status_in_xml),
    Deviation("a status that a renewal changes", is_action_of_override),
    Deviation("`versions__delta` counts the deltas that were made", is_version_of_delta),
    Deviation("an Accept with `json` in it and no gzip may be labelled XML", is_label_of_json),
    Deviation("`Accept-Encoding` is searched for the word gzip", is_encoding),
    Deviation("`Allow` of a 405 leaves HEAD out", is_allow),
    Deviation("OPTIONS brings a WADL document",
              lambda case: case.request.method == "OPTIONS" and case.where in ("type", "body", "encoding", "length")),
    Deviation("`/eureka/status` in JSON fails with 500", is_status_page),
    Deviation("a batch's answer is XML with Java's class names",
              lambda case: "batch" in case.request.path and "Accept" not in case.request.headers),
    Deviation("a colon in a metadata key stands in the element's name in XML", is_colon),
    Deviation("Amazon's data centre without a name cannot be read",
              lambda case: case.where == "body" and case.here == "Missing dataCenterInfo Name"),
    Deviation("unknown members, a missing wrapper, bare ports, a missing `@class` are refused"),
    Deviation("nested metadata is refused"),
    Deviation("one record that cannot be read makes a whole batch 400"),
    Deviation("words where a number should be are 0"),
    Deviation("an empty text where a number should be is 0, in XML 400"),
    Deviation("JSON with text behind it"),
    Deviation("letters beyond ASCII of an application's name"),
    Deviation("an application named `delta` cannot register"),
    Deviation("`/eureka/serverinfo/statusoverrides` is Netflix' alone"),
    Deviation("`null`, `<application/>`, a batch without its list: 500"),
    Deviation("`//` and ids with `/` or `%` are refused by the container"),
    Deviation("the reader of metadata has no bounds"),
    Deviation("`lastDirtyTimestamp` of a renewal that is no number, or empty: 500"),
    Deviation("`DELETE …/status` and `PUT …/status` with a bad value or timestamp: 500"),
    Deviation("names of any length and content"),
    Deviation("gzip bodies are refused by Spring's server"),
)
