/* Writing the gateway's own answers. */
#include "problem.h"

#include "cr_clock.h"
#include "cr_json_writer.h"

int problem_status(const struct fault *fault, bool compat)
{
    return compat && failure_message(fault->failure) ? 500 : failure_status(fault->failure);
}

static void write_body(const struct problem *problem, int status, struct cr_buf *out)
{
    const struct fault *fault = problem->fault;
    const char *message = problem->compat ? failure_message(fault->failure) : NULL;
    char timestamp[CR_RFC3339_SIZE];
    cr_clock_rfc3339(problem->wall_ms, timestamp);
    struct cr_json_writer json;
    cr_json_init(&json, out);
    cr_json_begin_object(&json);
    cr_json_pair_text(&json, "type", "about:blank");
    cr_json_pair_text(&json, "title", status_phrase(status));
    cr_json_pair_int(&json, "status", status);
    cr_json_pair_text(&json, "detail", fault->text);
    cr_json_pair_string(&json, "instance", problem->path);
    cr_json_pair_text(&json, "timestamp", timestamp);
    cr_json_pair_text(&json, "error", status_phrase(status));
    cr_json_pair_text(&json, "message", message ? message : fault->text);
    cr_json_pair_string(&json, "path", problem->path);
    cr_json_pair_string(&json, "requestId", problem->id);
    cr_json_pair_text(&json, "failure", failure_name(fault->failure));
    if (problem->service)
        cr_json_pair_text(&json, "service", problem->service);
    if (problem->upstream.len)
        cr_json_pair_string(&json, "upstream", problem->upstream);
    if (fault->rule)
        cr_json_pair_text(&json, "rule", fault->rule);
    if (fault->limit >= 0)
        cr_json_pair_int(&json, "limit", fault->limit);
    cr_json_end_object(&json);
}

void problem_write(const struct problem *problem, struct cr_buf *out)
{
    int status = problem_status(problem->fault, problem->compat);
    CR_AUTO(cr_buf) body = {0};
    write_body(problem, status, &body);
    cr_buf_printf(out,
                  "HTTP/1.1 %d %s\r\nContent-Type: application/problem+json\r\n"
                  "Content-Length: %zu\r\nX-Gateway-Failure: %s\r\n",
                  status, status_phrase(status), body.len, failure_name(problem->fault->failure));
    if (problem->id.len)
        cr_buf_printf(out, "X-Request-Id: %.*s\r\n", CR_SLICE_ARG(problem->id));
    if (status == 503)
        cr_buf_printf(out, "Retry-After: %d\r\n",
                      problem->retry_after_s > 0 ? problem->retry_after_s : 1);
    if (status == 405)
        cr_buf_text(out, "Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n");
    if (problem->close)
        cr_buf_text(out, "Connection: close\r\n");
    cr_buf_text(out, "\r\n");
    if (!problem->is_head)
        cr_buf_slice(out, cr_buf_view(&body));
}
