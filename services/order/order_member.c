/* Questions to the member service, each under its command. */
#include "order_member.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "cr_app_command.h"
#include "cr_buf.h"
#include "cr_clock.h"
#include "cr_cloud.h"
#include "cr_http_client.h"
#include "cr_log.h"
#include "cr_url.h"

enum { ANSWER_MAX = 4096 };

/* Nothing blocks a thread here, so ten at once, Hystrix' default, would only refuse for nothing. */
static const struct cr_command_preset presets[] = {
    {"execution.isolation.semaphore.maxConcurrentRequests", "200"},
    {"fallback.isolation.semaphore.maxConcurrentRequests", "200"},
};

struct kind {
    struct cr_app_command command;
    const char *path; /* the value is appended, percent-encoded */
};

static const struct kind kinds[ORDER_MEMBER_KINDS] = {
    [ORDER_MEMBER_BY_NAME] = {{"coffeeOrder", "CoffeeOrderRestController", presets,
                               CR_COUNT(presets)},
                              "/coffeeMember/v1.0/"},
    [ORDER_MEMBER_BY_ID] = {{"IMemberClient#getUseById(String)", ORDER_MEMBER_SERVICE, presets,
                             CR_COUNT(presets)},
                            "/api/v1/member/"},
};

struct order_member {
    struct cr_app *app;
    struct cr_http_client *http;
    const struct cr_log *log;
    struct cr_command *commands[ORDER_MEMBER_KINDS];
    _Atomic uint32_t turn; /* round robin */
};

int order_member_open(struct cr_app *app, void **out_state, struct cr_err *err)
{
    struct order_member *member = calloc(1, sizeof *member);
    if (!member)
        return cr_err_set(err, CR_ENOMEM, "member client: out of memory");
    member->app = app;
    member->http = cr_app_http_client(app);
    member->log = cr_log_get("order.member");
    for (size_t i = 0; i < ORDER_MEMBER_KINDS; i++) {
        int rc = cr_app_command(app, &kinds[i].command, &member->commands[i], err);
        if (rc) {
            free(member);
            return rc;
        }
    }
    *out_state = member;
    return 0;
}

int order_member_start(struct cr_app *app, void *state CR_UNUSED, struct cr_err *err CR_UNUSED)
{
    cr_cloud_want(app, ORDER_MEMBER_SERVICE);
    return 0;
}

void order_member_stop(struct cr_app *app CR_UNUSED, void *state)
{
    free(state);
}

void order_member_reload(struct cr_app *app, void *state, const struct cr_changes *changes)
{
    struct order_member *member = state;
    if (!cr_changes_has(changes, "hystrix.command"))
        return;
    for (size_t i = 0; i < ORDER_MEMBER_KINDS; i++) {
        struct cr_err err = {0};
        if (cr_app_command_reload(app, &kinds[i].command, member->commands[i], &err))
            cr_log_warn(member->log, "command.unchanged", "keeping the old values: %s", err.text);
    }
}

static void fall_back(struct order_question *question, enum cr_command_event why)
{
    int64_t now = cr_clock_ms();
    cr_log_debug(question->member->log, "member.fallback", "%s: %s",
                 kinds[question->kind].command.key, cr_command_event_name(why));
    if (cr_execution_fallback_begin(&question->run, now))
        cr_execution_fallback_end(&question->run, CR_EVENT_FALLBACK_SUCCESS, cr_clock_ms());
    question->fallback = true;
    question->done(question);
}

/* A 404 by id is a good answer: there is no such member. */
static bool read_answer(struct order_question *question, const struct cr_http_response *response)
{
    if (response->code)
        return false;
    if (question->kind == ORDER_MEMBER_BY_ID) {
        question->known = response->status == 200;
        question->name = response->body;
        return response->status == 200 || response->status == 404;
    }
    struct cr_slice text = cr_slice_trim(response->body);
    question->known = cr_slice_is(text, "true");
    return response->status == 200 && (question->known || cr_slice_is(text, "false"));
}

static void answered(const struct cr_http_response *response, void *ctx)
{
    struct order_question *question = ctx;
    bool good = read_answer(question, response);
    enum cr_command_event outcome =
        good ? CR_EVENT_SUCCESS
        : response->cause == CR_HTTP_TIMEOUT || response->cause == CR_HTTP_CONNECT_TIMEOUT
            ? CR_EVENT_TIMEOUT
            : CR_EVENT_FAILURE;
    cr_execution_finish(&question->run, outcome, cr_clock_ms());
    if (good)
        question->done(question);
    else
        fall_back(question, outcome);
}

/* "http://10.0.0.5:8081/coffeeMember/v1.0/kevin", of the next instance that is UP. */
static bool next_url(struct order_member *member, const struct order_question *question,
                     struct cr_buf *out)
{
    struct cr_instances *instances = cr_cloud_instances(member->app);
    if (!instances)
        return false;
    struct cr_instances_pin pin = cr_instances_pin(instances);
    const struct cr_service *service =
        cr_snapshot_service(pin.snapshot, CR_SLICE(ORDER_MEMBER_SERVICE));
    bool found = service && service->up_count > 0;
    if (found) {
        uint32_t turn = atomic_fetch_add_explicit(&member->turn, 1, memory_order_relaxed);
        const struct cr_instance *instance = service->instances[turn % service->up_count];
        cr_buf_printf(out, "http://%s:%d%s", instance->ip, instance->port,
                      kinds[question->kind].path);
        cr_url_encode(out, question->value, "");
    }
    cr_instances_unpin(instances, &pin);
    return found && !cr_buf_status(out);
}

/* False when nothing was sent: done will not be called for it. */
static bool send(struct order_member *member, struct order_question *question)
{
    CR_AUTO(cr_buf) url = {0};
    if (!next_url(member, question, &url))
        return false;
    CR_AUTO(cr_buf) traceparent = {0};
    cr_buf_slice(&traceparent, question->traceparent);
    const struct cr_http_pair headers[] = {{"traceparent", traceparent.data}};
    /* The command's time limit is the call's: the client's one thread ends the call and tells. */
    int32_t limit_ms = cr_command_timeout_ms(member->commands[question->kind]);
    struct cr_http_call call = {.url = url.data,
                                .headers = headers,
                                .header_count = question->traceparent.len ? 1 : 0,
                                .connect_ms = limit_ms,
                                .total_ms = limit_ms,
                                .body_max = ANSWER_MAX};
    return cr_http_client_send(member->http, &call, answered, question, NULL) == 0;
}

void order_member_ask(struct order_member *member, struct order_question *question)
{
    question->member = member;
    question->fallback = false;
    question->known = false;
    question->name = (struct cr_slice){NULL, 0};
    struct cr_command *command = member->commands[question->kind];
    enum cr_admission admission = cr_command_begin(command, &question->run, cr_clock_ms());
    if (admission == CR_SHORT_CIRCUITED) {
        fall_back(question, CR_EVENT_SHORT_CIRCUITED);
    } else if (admission == CR_SEMAPHORE_REJECTED) {
        fall_back(question, CR_EVENT_SEMAPHORE_REJECTED);
    } else if (!send(member, question)) {
        cr_execution_finish(&question->run, CR_EVENT_FAILURE, cr_clock_ms());
        fall_back(question, CR_EVENT_FAILURE);
    }
}
