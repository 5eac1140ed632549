/* Strict reading of heads: lines, the start line, the fields. */
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

/* One reading of one head. */
struct reader {
    const struct dialect *dialect;
    const struct head_limits *limits;
    struct head *head; /* NULL: only the lines' ends are looked at */
    struct fault *fault;
};

static int refuse(const struct reader *reader, const char *rule, const char *text)
{
    return fault_set(reader->fault, reader->dialect->bad, rule, "%s", text);
}

/* --- lines --- */

/* A CR that no LF follows is told as such, whatever else it makes of its line. */
static int check_cr(const struct reader *reader, struct cr_slice line)
{
    const char *cr = line.len ? memchr(line.ptr, '\r', line.len) : NULL;
    if (cr && cr != line.ptr + line.len - 1)
        return refuse(reader, "RFC 9112 2.2", "a CR that no LF follows");
    return 0;
}

static size_t line_max(const struct reader *reader, bool first)
{
    if (first && reader->dialect->request)
        return reader->limits->target_max + LINE_AROUND_TARGET;
    return reader->limits->field_max + 1;
}

static int too_long(const struct reader *reader, bool first)
{
    const struct head_limits *limits = reader->limits;
    const struct dialect *dialect = reader->dialect;
    if (first && dialect->request)
        return fault_limit(reader->fault, FAILURE_URI_TOO_LONG, "crema.gateway.target-max",
                           (int64_t)limits->target_max, "the request target is too long");
    return fault_limit(reader->fault, dialect->too_large, dialect->field_rule,
                       (int64_t)limits->field_max, "a header line is too long");
}

/* Takes one line without its CRLF: 1, 0 when its LF has not come yet, or CR_EPARSE. What is read
 * of the line later finds every other CR, because no part of a head may hold one. */
static inline int take_line(const struct reader *reader, struct cr_slice *rest, bool first,
                            struct cr_slice *out_line)
{
    const char *end = rest->len ? memchr(rest->ptr, '\n', rest->len) : NULL;
    struct cr_slice line = {rest->ptr, end ? (size_t)(end - rest->ptr) : rest->len};
    if (line.len > line_max(reader, first))
        return too_long(reader, first);
    if (!end)
        return 0;
    if (!line.len || line.ptr[line.len - 1] != '\r')
        return check_cr(reader, line)
                   ? CR_EPARSE
                   : refuse(reader, "RFC 9112 2.2", "a line that ends in LF without CR");
    *out_line = (struct cr_slice){line.ptr, line.len - 1};
    *rest = (struct cr_slice){end + 1, rest->len - line.len - 1};
    return 1;
}

/* Garbage (a TLS hello, say) is refused before a line of it is complete; an answer's reason may
 * hold what a request line may not. */
static int check_partial(const struct reader *reader, struct cr_slice line, bool first)
{
    if (check_cr(reader, line))
        return CR_EPARSE;
    bool request = reader->dialect->request;
    for (size_t i = 0; first && i < line.len; i++)
        if (line.ptr[i] != '\r' && (request ? line.ptr[i] < ' ' || line.ptr[i] > '~'
                                            : !octet_is(line.ptr[i], OCTET_VALUE)))
            return refuse(reader, "RFC 9112 3", "not an HTTP message");
    return 0;
}

/* --- the start line --- */

/* "HTTP/1.1": the minor version as we treat it (1.x is 1.1), or a fault. */
static int parse_version(const struct reader *reader, struct cr_slice text)
{
    if (text.len != 8 || memcmp(text.ptr, "HTTP/", 5) != 0 || text.ptr[6] != '.' ||
        !octet_is(text.ptr[5], OCTET_DIGIT) || !octet_is(text.ptr[7], OCTET_DIGIT))
        return refuse(reader, "RFC 9112 2.3", "the version is not HTTP/1.1 or 1.0");
    if (text.ptr[5] != '1')
        return fault_set(
            reader->fault, reader->dialect->request ? FAILURE_VERSION : reader->dialect->bad,
            "RFC 9110 15.6.6", "HTTP/%c.%c is not spoken here", text.ptr[5], text.ptr[7]);
    reader->head->minor = text.ptr[7] == '0' ? 0 : 1;
    return 0;
}

static int parse_request_line(const struct reader *reader, struct cr_slice line)
{
    struct head *head = reader->head;
    struct cr_slice rest = line;
    if (!cr_slice_split(&rest, ' ', &head->method) || !rest.ptr ||
        !cr_slice_split(&rest, ' ', &head->target) || !rest.ptr)
        return refuse(reader, "RFC 9112 3", "the request line is not 'method target version'");
    if (!head->method.len || !octet_all(head->method, OCTET_TOKEN))
        return refuse(reader, "RFC 9112 3.1", "the method is not a token");
    if (head->method.len > HEAD_METHOD_MAX)
        return fault_limit(reader->fault, FAILURE_NOT_IMPLEMENTED, "RFC 9112 3", HEAD_METHOD_MAX,
                           "the method is too long");
    if (!head->target.len || !octet_all(head->target, OCTET_TARGET))
        return refuse(reader, "RFC 9112 3.2",
                      "the request target is empty or holds a character it may not hold");
    if (head->target.len > reader->limits->target_max)
        return too_long(reader, true);
    return parse_version(reader, rest);
}

/* HTTP/1.1 SP 3DIGIT SP [reason]; the last SP may be missing when there is no reason. */
static int parse_status_line(const struct reader *reader, struct cr_slice line)
{
    struct head *head = reader->head;
    if (line.len < 12 || line.ptr[8] != ' ' || (line.len > 12 && line.ptr[12] != ' ') ||
        !octet_all(cr_slice_sub(line, 9, 12), OCTET_DIGIT))
        return refuse(reader, "RFC 9112 4", "the status line is malformed");
    if (parse_version(reader, cr_slice_sub(line, 0, 8)))
        return CR_EPARSE;
    head->status = (line.ptr[9] - '0') * 100 + (line.ptr[10] - '0') * 10 + (line.ptr[11] - '0');
    head->reason = cr_slice_from(line, 13);
    if (head->status < HEAD_STATUS_MIN)
        return fault_set(reader->fault, answers.bad, "RFC 9110 15", "status %d is not a status",
                         head->status);
    if (!octet_all_value(head->reason))
        return refuse(reader, "RFC 9112 4", "the reason holds a control character");
    return 0;
}

/* --- fields --- */

/* The octets in front of the colon of a header line that is not plainly "name:". */
static int parse_odd_name(const struct reader *reader, struct cr_slice line, size_t *out_colon,
                          struct cr_slice *out_name)
{
    if (line.ptr[0] == ' ' || line.ptr[0] == '\t')
        return refuse(reader, "RFC 9112 5.2", "a folded header line");
    ptrdiff_t colon = cr_slice_find(line, ':');
    if (colon < 0)
        return refuse(reader, "RFC 9112 5", "a header line without a colon");
    *out_colon = (size_t)colon;
    *out_name = cr_slice_sub(line, 0, (size_t)colon);
    if (!reader->dialect->request)
        *out_name = octet_trim(*out_name);
    if (!out_name->len || !octet_all(*out_name, OCTET_TOKEN))
        return refuse(reader, "RFC 9112 5.1", "a header name is not a token");
    return 0;
}

static int parse_field(const struct reader *reader, struct cr_slice line, struct field *out)
{
    size_t colon = octet_span(line, OCTET_TOKEN);
    out->name = (struct cr_slice){line.ptr, colon};
    if ((!colon || colon == line.len || line.ptr[colon] != ':') &&
        parse_odd_name(reader, line, &colon, &out->name))
        return CR_EPARSE;
    out->value = octet_trim(cr_slice_from(line, colon + 1));
    if (!octet_all_value(out->value))
        return fault_set(reader->fault, reader->dialect->bad, "RFC 9110 5.5",
                         "the value of '%.*s' holds a control character",
                         (int)cr_min_i64((int64_t)out->name.len, 64), out->name.ptr);
    out->id = field_name_id(out->name);
    return 0;
}

/* One element of Connection. */
static int list_option(const struct reader *reader, struct cr_slice option)
{
    struct head *head = reader->head;
    if (!octet_all(option, OCTET_TOKEN))
        return refuse(reader, "RFC 9110 7.6.1", "Connection names no token");
    if (cr_slice_equal_nocase(option, CR_SLICE("close")))
        head->close = true;
    else if (cr_slice_equal_nocase(option, CR_SLICE("keep-alive")))
        head->keep_alive = true;
    enum field_id id = field_name_id(option);
    if (reader->dialect->request && (field_name_flags(id) & FIELD_UNLISTABLE))
        return fault_set(reader->fault, reader->dialect->bad, "RFC 9110 7.6.1",
                         "Connection must not name '%s'", field_name_text(id));
    if (id != FIELD_OTHER) {
        head->listed |= field_bit(id);
        return 0;
    }
    if (head->listed_count == HEAD_LISTED_MAX)
        return fault_limit(reader->fault, reader->dialect->bad, "RFC 9110 7.6.1", HEAD_LISTED_MAX,
                           "Connection names too many fields");
    head->listed_names[head->listed_count++] = option;
    return 0;
}

static int list_options(const struct reader *reader, struct cr_slice value)
{
    struct cr_slice option;
    while (cr_slice_split(&value, ',', &option)) {
        option = octet_trim(option);
        if (option.len && list_option(reader, option))
            return CR_EPARSE;
    }
    return 0;
}

static int add_field(const struct reader *reader, struct cr_slice line)
{
    struct head *head = reader->head;
    if (head->count == reader->limits->count_max || head->count == HEAD_FIELDS_MAX)
        return fault_limit(reader->fault, reader->dialect->too_large, reader->dialect->count_rule,
                           (int64_t)reader->limits->count_max, "too many header fields");
    struct field *field = &head->fields[head->count];
    if (parse_field(reader, line, field))
        return CR_EPARSE;
    head->count++;
    if (field->id == FIELD_OTHER)
        return 0;
    head->repeated |= head->seen & field_bit(field->id);
    head->seen |= field_bit(field->id);
    return field->id == FIELD_CONNECTION ? list_options(reader, field->value) : 0;
}

/* --- the whole --- */

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

static inline int add_line(const struct reader *reader, struct cr_slice line, bool first)
{
    int status = !first                     ? add_field(reader, line)
                 : reader->dialect->request ? parse_request_line(reader, line)
                                            : parse_status_line(reader, line);
    if (status)
        (void)!check_cr(reader, (struct cr_slice){line.ptr, line.len + 1});
    return status;
}

/* Reads line by line up to the empty one, or as far as text goes; without a head from the line on
 * that was not complete. */
static ptrdiff_t read_lines(const struct reader *reader, struct head_scan *scan,
                            struct cr_slice text)
{
    size_t start = reader->head ? scan->skip : scan->line, head_max = reader->limits->head_max;
    struct cr_slice rest = cr_slice_from(text, start), line = {0};
    for (bool first = start == scan->skip;; first = false) {
        int taken = take_line(reader, &rest, first, &line);
        if (taken < 0)
            return CR_EPARSE;
        scan->line = text.len - rest.len;
        if ((taken ? scan->line : text.len) - scan->skip > head_max)
            return fault_limit(reader->fault, reader->dialect->too_large,
                               reader->dialect->head_rule, (int64_t)head_max,
                               "the head is too large");
        if (!taken)
            return check_partial(reader, rest, first);
        if (!line.len)
            return first ? refuse(reader, "RFC 9112 2.2", "an empty line instead of a start line")
                         : (ptrdiff_t)scan->line;
        if (reader->head && add_line(reader, line, first))
            return CR_EPARSE;
    }
}

/* A head that comes whole is read once. One that comes in pieces is read when its end is there, so
 * that no octet is read time and again. */
static ptrdiff_t read_head(struct reader *reader, struct head_scan *scan, struct cr_slice text)
{
    struct head *head = reader->head;
    if (scan->line > scan->skip) {
        reader->head = NULL;
        ptrdiff_t len = read_lines(reader, scan, text);
        if (len <= 0)
            return len;
        reader->head = head;
    } else if (reader->dialect->request && cr_slice_starts(text, CR_SLICE("\r\n"))) {
        scan->skip = 2;
    }
    clear(head);
    return read_lines(reader, scan, text);
}

ptrdiff_t head_read_request(struct head_scan *scan, struct cr_slice text,
                            const struct head_limits *limits, struct head *out_head,
                            struct fault *fault)
{
    struct reader reader = {&requests, limits, out_head, fault};
    return read_head(&reader, scan, text);
}

ptrdiff_t head_read_response(struct head_scan *scan, struct cr_slice text,
                             const struct head_limits *limits, struct head *out_head,
                             struct fault *fault)
{
    struct reader reader = {&answers, limits, out_head, fault};
    return read_head(&reader, scan, text);
}

int head_read_trailers(struct cr_slice text, const struct head_limits *limits,
                       struct head *out_head, struct fault *fault)
{
    const struct reader reader = {&requests, limits, out_head, fault};
    struct cr_slice line = {0};
    clear(out_head);
    for (;;) {
        int taken = take_line(&reader, &text, false, &line);
        if (taken < 0)
            return CR_EPARSE;
        if (!taken || !line.len)
            return 0;
        if (add_line(&reader, line, false))
            return CR_EPARSE;
    }
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
