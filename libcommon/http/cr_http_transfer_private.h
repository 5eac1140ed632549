/* cr_http_transfer_private: one call of the client, from its copy to its response. Private to this
 * room.
 *
 * Ownership: cr_http_transfer_new copies the call; cr_http_transfer_finish calls done and frees.
 * Threads:   new: any; the rest: the client's.
 */
#ifndef CR_HTTP_TRANSFER_PRIVATE_H
#define CR_HTTP_TRANSFER_PRIVATE_H

#include <curl/curl.h>

#include "cr_buf.h"
#include "cr_http_client.h"
#include "cr_list.h"

struct cr_http_transfer {
    struct cr_list node;
    struct cr_http_client *client;
    uint64_t id;
    uint64_t watch_id; /* the alarm of a stream's deadlines; 0: none */
    struct cr_arena *arena;
    struct cr_http_call call;
    cr_http_done done;
    void *ctx;

    CURL *easy; /* lent by the client; NULL before the start */
    struct curl_slist *lines;
    char curl_text[CURL_ERROR_SIZE];

    struct cr_http_pair *headers;
    size_t header_count, header_capacity;
    size_t head_bytes;
    struct cr_buf body;
    int status;
    bool head_complete;
    bool streaming;           /* a 2xx answer to a call with on_data */
    enum cr_http_cause cause; /* set by a callback that ended it; else CR_HTTP_DONE */
    int code;                 /* belongs to cause */
    int64_t started_ms, last_ms;
};

CR_MUST_CHECK int cr_http_transfer_new(const struct cr_http_call *call, cr_http_done done,
                                       void *ctx, struct cr_http_transfer **out);
void cr_http_transfer_free(struct cr_http_transfer *transfer);

/* Sets the handle up. CR_ENOMEM. */
CR_MUST_CHECK int cr_http_transfer_start(struct cr_http_transfer *transfer, CURL *easy,
                                         const char *user_agent, int64_t now_ms);

/* The next moment at which a stream's deadline must be looked at; INT64_MAX: never. */
int64_t cr_http_transfer_deadline_ms(const struct cr_http_transfer *transfer);

/* Tells what became of it and frees it. result counts where no cause was set. */
enum cr_http_cause cr_http_transfer_finish(struct cr_http_transfer *transfer, CURLcode result,
                                           int64_t now_ms);

const char *cr_http_cause_name(enum cr_http_cause cause);

#endif
