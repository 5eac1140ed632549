/* order_member: asks the member service by name, under a Hystrix command with a fallback.
 *
 * A question ends in exactly one call of its `done`: the member's name (or that there is none), or
 * the fallback when the service did not answer well in time, the circuit is open, or too many
 * questions are under way. The commands wrap this call only, never the order's write.
 *
 * Ownership: the question is the caller's memory until done.
 * Errors:    none: that is what the fallback is for; a question that had one says so.
 * Threads:   ask: any. done: the HTTP client's thread, or the asking one when nothing was sent.
 * Source:    the book's command `coffeeOrder` (group CoffeeOrderRestController) and Feign's
 *            `IMemberClient#getUseById(String)` (group msa-service-coffee-member); Hystrix 1.5.
 */
#ifndef ORDER_MEMBER_H
#define ORDER_MEMBER_H

#include "cr_app.h"
#include "cr_command.h"
#include "cr_err.h"
#include "cr_module.h"
#include "cr_slice.h"

#define ORDER_MEMBER_SERVICE "msa-service-coffee-member"

enum order_member_kind {
    ORDER_MEMBER_BY_NAME, /* the book: GET /coffeeMember/v1.0/{name}, true or false */
    ORDER_MEMBER_BY_ID,   /* GET /api/v1/member/{id}, the name as plain text */
    ORDER_MEMBER_KINDS,
};

struct order_member;

struct order_question {
    enum order_member_kind kind;
    struct cr_slice value;       /* the name or id asked for */
    struct cr_slice traceparent; /* passed on; empty: none */
    void (*done)(struct order_question *question);
    /* The answer: */
    bool fallback;        /* nobody answered well */
    bool known;           /* there is such a member */
    struct cr_slice name; /* BY_ID: of a known member; valid within done */
    /* Private: */
    struct order_member *member;
    struct cr_execution run;
};

int order_member_open(struct cr_app *app, void **out_state, struct cr_err *err);
int order_member_start(struct cr_app *app, void *state, struct cr_err *err);
void order_member_stop(struct cr_app *app, void *state);
void order_member_reload(struct cr_app *app, void *state, const struct cr_changes *changes);
#define ORDER_MEMBER_MODULE                                                                        \
    {                                                                                              \
        .name = "member", .open = order_member_open, .start = order_member_start,                  \
        .stop = order_member_stop, .reload = order_member_reload                                   \
    }

void order_member_ask(struct order_member *member, struct order_question *question);

#endif
