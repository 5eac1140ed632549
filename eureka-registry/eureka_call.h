/* eureka_call: one request of the protocol, and the ways to answer it.
 *
 * A handler of the protocol gets the request and the call as its context; the call knows where the
 * path points to.
 *
 * Ownership: the call lives on the stack of eureka_routes_serve; answering ends the request.
 * Errors:    answering cannot fail for the handler (cr_http_request.h).
 * Threads:   any.
 * Source:    JAX-RS 1.1 section 3.8 as Jersey 1 does it (negotiation of single instances);
 *            Netflix/eureka ApplicationsResource (lists: "json" somewhere in Accept).
 */
#ifndef EUREKA_CALL_H
#define EUREKA_CALL_H

#include "cr_http_request.h"
#include "eureka_server.h"
#include "eureka_settings.h"
#include "eureka_watch.h"

struct eureka_call {
    struct eureka_server *server;
    struct eureka_watch *watch;
    const struct eureka_settings *settings;
    /* The registry as an instance, for /status. */
    struct cr_wire_instance (*describe_self)(void *ctx, struct cr_arena *arena);
    void *describe_ctx;
    int64_t began_ms;    /* of the server */
    struct cr_slice app; /* upper case; empty where the path has none */
    struct cr_slice id;
    struct cr_slice name; /* of a VIP or a scaling group */
};

/* --- what is asked --- */

/* The form of a list; false: 406 was answered, for nothing acceptable can be made. */
bool eureka_list_form(struct cr_http_request *req, enum cr_wire_form *out_form);
/* The same for a single instance, which has no compact form. */
bool eureka_single_form(struct cr_http_request *req, enum cr_wire_form *out_form);
/* The same for an answer that has a body in one rare case only: nobody is refused for it. */
enum cr_wire_form eureka_preferred_form(const struct cr_http_request *req);

/* Applications are known in upper case. NULL ptr: no memory. */
struct cr_slice eureka_app_name(struct cr_slice text, struct cr_arena *arena);

enum registry_origin eureka_origin(const struct cr_http_request *req);

/* The query's lastDirtyTimestamp: false where there is one that is no number. */
bool eureka_dirty(const struct cr_http_request *req, int64_t *out_ms, const int64_t **out_dirty);

enum eureka_body { EUREKA_BODY_JSON, EUREKA_BODY_XML, EUREKA_BODY_OTHER };
/* Of the Content-Type; a charset that Netflix does not take is OTHER. */
enum eureka_body eureka_body_type(const struct cr_http_request *req);

/* --- what is answered --- */

void eureka_answer_empty(struct cr_http_request *req, int status);
/* Without a body, what was wrong in the header X-Crema-Detail. */
void eureka_answer_fault(struct cr_http_request *req, int status, const char *format, ...)
    CR_PRINTF(3, 4);
/* Takes the document. */
void eureka_answer_document(struct cr_http_request *req, const struct eureka_call *call, int status,
                            enum cr_wire_form form, struct document *document);
/* The same for documents that Netflix' server keeps compressed: gzip whatever their size. */
void eureka_answer_list(struct cr_http_request *req, const struct eureka_call *call,
                        enum cr_wire_form form, struct document *document);
/* A document, or 404 without a body: an error page broke older Spring clients. */
void eureka_answer_found(struct cr_http_request *req, const struct eureka_call *call, bool found,
                         enum cr_wire_form form, struct document *document);
/* 400 in Netflix' words, in the language of the request. */
void eureka_answer_unreadable(struct cr_http_request *req, const struct cr_err *err);

#endif
