/* Strict reading of heads: the scan for the end, the start line, the fields. */
#include "head.h"

#include <string.h>

#include "cr_err.h"
#include "cr_int.h"
#include "octet.h"

/* How requests and answers differ for the reader. */
struct dialect {
    enum failure bad;
    enum failure too_large;
    bool request;
    const char *head_rule; /* what to turn when a limit is hit */
    const char *field_rule;
    const char *count_rule;
};

static const struct dialect requests = {
    .bad = FAILURE_BAD_REQUEST,
    .too_large = FAILURE_HEAD_TOO_LARGE,
    .request = true,
    .head_rule = "crema.gateway.head-max",
    .field_rule = "crema.gateway.field-max",
    .count_rule = "crema.gateway.fields-max",
};

static const struct dialect answers = {
    .bad = FAILURE_UPSTREAM_BAD_RESPONSE,
    .too_large = FAILURE_UPSTREAM_BAD_RESPONSE,
    .head_rule = "crema.gateway.upstream-head-max",
    .field_rule = "crema.gateway.upstream-head-max",
    .count_rule = "crema.gateway.upstream-fields-max",
};

/* "GET" SP target SP "HTTP/1.1" CR: what surrounds the target. */
enum { LINE_AROUND_TARGET = HEAD_METHOD_MAX + 11 };

/* A line that is not complete must at least not hold what no line may hold. */
static int check_line_ends(struct cr_slice line, bool complete, const struct dialect *dialect,
                           struct fault *fault)
{
    const char *cr = line.len ? memchr(line.ptr, '\r', line.len) : NULL;
    if (cr && cr != line.ptr + line.len - 1)
        return fault_set(fault, dialect->bad, "RFC 9112 2.2", "a CR that no LF follows");
    if (complete && !cr)
        return fault_set(fault, dialect->bad, "RFC 9112 2.2", "a line that ends in LF without CR");
    return 0;
}

static int check_line_length(struct cr_slice line, bool first, const struct dialect *dialect,
                             const struct head_limits *limits, struct fault *fault)
{
    if (first && dialect->request) {
        if (line.len > limits->target_max + LINE_AROUND_TARGET)
            return fault_limit(fault, FAILURE_URI_TOO_LONG, "crema.gateway.target-max",
                               (int64_t)limits->target_max, "the request target is too long");
        return 0;
    }
    if (line.len > limits->field_max + 1)
        return fault_limit(fault, dialect->too_large, dialect->field_rule,
                           (int64_t)limits->field_max, "a header line is too long");
    return 0;
}

/* Garbage (a TLS hello, say) is refused before a line of it is complete; an answer's reason may
 * hold what a request line may not. */
static int check_partial_start(struct cr_slice line, const struct dialect *dialect,
                               struct fault *fault)
{
    for (size_t i = 0; i < line.len; i++)
        if (line.ptr[i] != '\r' && (dialect->request ? line.ptr[i] < ' ' || line.ptr[i] > '~'
                                                     : !octet_is(line.ptr[i], OCTET_VALUE)))
            return fault_set(fault, dialect->bad, "RFC 9112 3", "not an HTTP message");
    return 0;
}

static int too_large(const struct dialect *dialect, const struct head_limits *limits,
                     struct fault *fault)
{
    return fault_limit(fault, dialect->too_large, dialect->head_rule, (int64_t)limits->head_max,
                       "the head is too large");
}

/* Checks the line at scan->line; out_complete tells whether its LF is there. */
static int scan_line(const struct head_scan *scan, struct cr_slice line, bool complete,
                     const struct dialect *dialect, const struct head_limits *limits,
                     struct fault *fault)
{
    bool first = scan->line == scan->skip;
    if (check_line_ends(line, complete, dialect, fault))
        return CR_EPARSE;
    if (!complete && first && check_partial_start(line, dialect, fault))
        return CR_EPARSE;
    return check_line_length(line, first, dialect, limits, fault);
}

static ptrdiff_t scan_head(struct head_scan *scan, struct cr_slice text,
                           const struct dialect *dialect, const struct head_limits *limits,
                           struct fault *fault)
{
    while (scan->line < text.len) {
        struct cr_slice line = cr_slice_from(text, scan->line);
        const char *end = memchr(line.ptr, '\n', line.len);
        if (end)
            line.len = (size_t)(end - line.ptr);
        if (scan_line(scan, line, end != NULL, dialect, limits, fault))
            return CR_EPARSE;
        if (!end)
            break;
        bool first = scan->line == scan->skip;
        scan->line += line.len + 1;
        if (line.len == 1 && first) {
            if (!dialect->request || scan->skip)
                return fault_set(fault, dialect->bad, "RFC 9112 2.2",
                                 "an empty line instead of a start line");
            scan->skip = scan->line;
            continue;
        }
        if (scan->line - scan->skip > limits->head_max)
            return too_large(dialect, limits, fault);
        if (line.len == 1)
            return (ptrdiff_t)scan->line;
    }
    if (text.len - scan->skip > limits->head_max)
        return too_large(dialect, limits, fault);
    return 0;
}

ptrdiff_t head_scan_request(struct head_scan *scan, struct cr_slice text,
                            const struct head_limits *limits, struct fault *fault)
{
    return scan_head(scan, text, &requests, limits, fault);
}

ptrdiff_t head_scan_response(struct head_scan *scan, struct cr_slice text,
                             const struct head_limits *limits, struct fault *fault)
{
    return scan_head(scan, text, &answers, limits, fault);
}

/* Takes one line without its CRLF; false when nothing is left. The scan has proved that each LF
 * has its CR and that there is no other CR. */
static bool next_line(struct cr_slice *rest, struct cr_slice *out_line)
{
    if (!cr_slice_split(rest, '\n', out_line) || !out_line->len)
        return false;
    out_line->len--;
    return true;
}

/* "HTTP/1.1": the minor version as we treat it (1.x is 1.1), or a fault. */
static int parse_version(struct cr_slice text, const struct dialect *dialect, int *out_minor,
                         struct fault *fault)
{
    if (text.len != 8 || memcmp(text.ptr, "HTTP/", 5) != 0 || text.ptr[6] != '.' ||
        !octet_is(text.ptr[5], OCTET_DIGIT) || !octet_is(text.ptr[7], OCTET_DIGIT))
        return fault_set(fault, dialect->bad, "RFC 9112 2.3", "the version is not HTTP/1.1 or 1.0");
    if (text.ptr[5] != '1')
        return fault_set(fault, dialect->request ? FAILURE_VERSION : dialect->bad,
                         "RFC 9110 15.6.6", "HTTP/%c.%c is not spoken here", text.ptr[5],
                         text.ptr[7]);
    *out_minor = text.ptr[7] == '0' ? 0 : 1;
    return 0;
}

static int parse_request_line(struct cr_slice line, const struct head_limits *limits,
                              struct head *head, struct fault *fault)
{
    struct cr_slice rest = line;
    if (!cr_slice_split(&rest, ' ', &head->method) || !rest.ptr ||
        !cr_slice_split(&rest, ' ', &head->target) || !rest.ptr)
        return fault_set(fault, FAILURE_BAD_REQUEST, "RFC 9112 3",
                         "the request line is not 'method target version'");
    if (!head->method.len || !octet_all(head->method, OCTET_TOKEN))
        return fault_set(fault, FAILURE_BAD_REQUEST, "RFC 9112 3.1", "the method is not a token");
    if (head->method.len > HEAD_METHOD_MAX)
        return fault_limit(fault, FAILURE_NOT_IMPLEMENTED, "RFC 9112 3", HEAD_METHOD_MAX,
                           "the method is too long");
    if (!head->target.len || !octet_all(head->target, OCTET_TARGET))
        return fault_set(fault, FAILURE_BAD_REQUEST, "RFC 9112 3.2",
                         "the request target is empty or holds a character it may not hold");
    if (head->target.len > limits->target_max)
        return fault_limit(fault, FAILURE_URI_TOO_LONG, "crema.gateway.target-max",
                           (int64_t)limits->target_max, "the request target is too long");
    return parse_version(rest, &requests, &head->minor, fault);
}

/* HTTP/1.1 SP 3DIGIT SP [reason]; the last SP may be missing when there is no reason. */
static int parse_status_line(struct cr_slice line, struct head *head, struct fault *fault)
{
    if (line.len < 12 || line.ptr[8] != ' ' || (line.len > 12 && line.ptr[12] != ' ') ||
        !octet_all(cr_slice_sub(line, 9, 12), OCTET_DIGIT))
        return fault_set(fault, answers.bad, "RFC 9112 4", "the status line is malformed");
    if (parse_version(cr_slice_sub(line, 0, 8), &answers, &head->minor, fault))
        return CR_EPARSE;
    head->status = (line.ptr[9] - '0') * 100 + (line.ptr[10] - '0') * 10 + (line.ptr[11] - '0');
    head->reason = cr_slice_from(line, 13);
    if (head->status < HEAD_STATUS_MIN)
        return fault_set(fault, answers.bad, "RFC 9110 15", "status %d is not a status",
                         head->status);
    if (!octet_all(head->reason, OCTET_VALUE))
        return fault_set(fault, answers.bad, "RFC 9112 4", "the reason holds a control character");
    return 0;
}

static int parse_field(struct cr_slice line, const struct dialect *dialect, struct field *out,
                       struct fault *fault)
{
    if (line.ptr[0] == ' ' || line.ptr[0] == '\t')
        return fault_set(fault, dialect->bad, "RFC 9112 5.2", "a folded header line");
    ptrdiff_t colon = cr_slice_find(line, ':');
    if (colon < 0)
        return fault_set(fault, dialect->bad, "RFC 9112 5", "a header line without a colon");
    out->name = cr_slice_sub(line, 0, (size_t)colon);
    if (!dialect->request)
        out->name = octet_trim(out->name);
    if (!out->name.len || !octet_all(out->name, OCTET_TOKEN))
        return fault_set(fault, dialect->bad, "RFC 9112 5.1", "a header name is not a token");
    out->value = octet_trim(cr_slice_from(line, (size_t)colon + 1));
    if (!octet_all(out->value, OCTET_VALUE))
        return fault_set(fault, dialect->bad, "RFC 9110 5.5",
                         "the value of '%.*s' holds a control character",
                         (int)cr_min_i64((int64_t)out->name.len, 64), out->name.ptr);
    out->id = field_name_id(out->name);
    return 0;
}

/* One element of Connection. */
static int list_option(struct head *head, struct cr_slice option, const struct dialect *dialect,
                       struct fault *fault)
{
    if (!octet_all(option, OCTET_TOKEN))
        return fault_set(fault, dialect->bad, "RFC 9110 7.6.1", "Connection names no token");
    if (cr_slice_equal_nocase(option, CR_SLICE("close")))
        head->close = true;
    else if (cr_slice_equal_nocase(option, CR_SLICE("keep-alive")))
        head->keep_alive = true;
    enum field_id id = field_name_id(option);
    if (dialect->request && (field_name_flags(id) & FIELD_UNLISTABLE))
        return fault_set(fault, dialect->bad, "RFC 9110 7.6.1", "Connection must not name '%s'",
                         field_name_text(id));
    if (id != FIELD_OTHER) {
        head->listed |= field_bit(id);
        return 0;
    }
    if (head->listed_count == HEAD_LISTED_MAX)
        return fault_limit(fault, dialect->bad, "RFC 9110 7.6.1", HEAD_LISTED_MAX,
                           "Connection names too many fields");
    head->listed_names[head->listed_count++] = option;
    return 0;
}

static int list_options(struct head *head, struct cr_slice value, const struct dialect *dialect,
                        struct fault *fault)
{
    struct cr_slice option;
    while (cr_slice_split(&value, ',', &option)) {
        option = octet_trim(option);
        if (option.len && list_option(head, option, dialect, fault))
            return CR_EPARSE;
    }
    return 0;
}

static int parse_fields(struct cr_slice rest, const struct dialect *dialect,
                        const struct head_limits *limits, struct head *head, struct fault *fault)
{
    struct cr_slice line;
    while (next_line(&rest, &line) && line.len) {
        if (head->count == limits->count_max || head->count == HEAD_FIELDS_MAX)
            return fault_limit(fault, dialect->too_large, dialect->count_rule,
                               (int64_t)limits->count_max, "too many header fields");
        struct field *field = &head->fields[head->count];
        if (parse_field(line, dialect, field, fault))
            return CR_EPARSE;
        head->count++;
        if (field->id == FIELD_OTHER)
            continue;
        head->repeated |= head->seen & field_bit(field->id);
        head->seen |= field_bit(field->id);
        if (field->id == FIELD_CONNECTION && list_options(head, field->value, dialect, fault))
            return CR_EPARSE;
    }
    return 0;
}

/* Everything but the fields array, which is filled up to count. */
static void clear(struct head *head)
{
    head->method = head->target = head->reason = (struct cr_slice){NULL, 0};
    head->status = 0;
    head->minor = 0;
    head->count = 0;
    head->seen = head->repeated = head->listed = 0;
    head->close = head->keep_alive = false;
    head->listed_count = 0;
}

int head_parse_request(struct cr_slice text, const struct head_limits *limits,
                       struct head *out_head, struct fault *fault)
{
    clear(out_head);
    if (cr_slice_starts(text, CR_SLICE("\r\n")))
        text = cr_slice_from(text, 2);
    struct cr_slice line;
    if (!next_line(&text, &line))
        return fault_set(fault, requests.bad, "RFC 9112 2.1", "there is no request line");
    if (parse_request_line(line, limits, out_head, fault))
        return CR_EPARSE;
    return parse_fields(text, &requests, limits, out_head, fault);
}

int head_parse_response(struct cr_slice text, const struct head_limits *limits,
                        struct head *out_head, struct fault *fault)
{
    clear(out_head);
    struct cr_slice line;
    if (!next_line(&text, &line))
        return fault_set(fault, answers.bad, "RFC 9112 2.1", "there is no status line");
    if (parse_status_line(line, out_head, fault))
        return CR_EPARSE;
    return parse_fields(text, &answers, limits, out_head, fault);
}

int head_parse_trailers(struct cr_slice text, const struct head_limits *limits,
                        struct head *out_head, struct fault *fault)
{
    clear(out_head);
    return parse_fields(text, &requests, limits, out_head, fault);
}

const struct field *head_find(const struct head *head, enum field_id id)
{
    for (size_t i = 0; head_has(head, id) && i < head->count; i++)
        if (head->fields[i].id == id)
            return &head->fields[i];
    return NULL;
}

bool head_lists(const struct head *head, const struct field *field)
{
    if (field->id != FIELD_OTHER)
        return (head->listed & field_bit(field->id)) != 0;
    for (size_t i = 0; i < head->listed_count; i++)
        if (cr_slice_equal_nocase(head->listed_names[i], field->name))
            return true;
    return false;
}
