/* cr_hystrix_stream: GET /hystrix.stream: every 500 ms a ping and an event per command.
 *
 * One tick is shared by all readers and exists only while there are any. A reader that cannot keep
 * up loses whole turns, never parts of one.
 *
 * Ownership: cr_hystrix_stream_free only after the HTTP server has stopped and the client, whose
 *            timer it uses, is freed.
 * Errors:    over the limit of readers: 503 with Hystrix' text.
 * Threads:   _serve from any; the tick runs on the client's thread.
 * Source:    Hystrix 1.5 HystrixSampleSseServlet, HystrixMetricsStreamServlet.
 */
#ifndef CR_HYSTRIX_STREAM_H
#define CR_HYSTRIX_STREAM_H

#include "cr_attr.h"
#include "cr_http_request.h"

struct cr_commands;
struct cr_http_client;
struct cr_hystrix_stream;

/* commands may be NULL: then only pings are sent. NULL: no memory. */
struct cr_hystrix_stream *cr_hystrix_stream_new(struct cr_commands *commands,
                                                struct cr_http_client *client);
void cr_hystrix_stream_free(struct cr_hystrix_stream *stream); /* NULL is fine */

/* Answers the request; readers_max as it is set now. */
void cr_hystrix_stream_serve(struct cr_hystrix_stream *stream, struct cr_http_request *req,
                             int64_t readers_max);

#endif
