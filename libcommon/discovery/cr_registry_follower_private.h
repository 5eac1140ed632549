/* cr_registry_follower: follows what one of several registries lists, by the best way that it has.
 *
 * Its thread opens the stream of changes (cr_registry_watch) of the first server that has one, from
 * the one that answered last on. While no stream runs, it looks at a server that answers but has no
 * stream (cr_registry_poll), and asks for the stream again every 30 s. While nobody answers, the
 * book stands in.
 *
 * Ownership: options are copied; what they point to must outlive the follower.
 * Units:     milliseconds of cr_clock_ms.
 * Errors:    _new: CR_EINVAL names the bad option, CR_ENOMEM. After that none but in the state.
 * Threads:   _new, _start and _free from one; the others from any.
 */
#ifndef CR_REGISTRY_FOLLOWER_PRIVATE_H
#define CR_REGISTRY_FOLLOWER_PRIVATE_H

#include "cr_err.h"
#include "cr_registry_book_private.h"
#include "cr_registry_client.h"
#include "cr_registry_lease_private.h"
#include "cr_registry_link_private.h"

struct cr_registry_follower;

struct cr_registry_follower_options {
    struct cr_registry_link_options link;
    struct cr_registry_book_options book;
    const struct cr_log *log;
    struct cr_registry_lease *lease; /* which entry is ours */
    bool watches;
    int64_t fetch_ms;
    int64_t eager_ms;
    int64_t silence_ms; /* after which a stream counts as dead */
};

CR_MUST_CHECK int cr_registry_follower_new(const struct cr_registry_follower_options *options,
                                           struct cr_registry_follower **out_follower,
                                           struct cr_err *err);
CR_MUST_CHECK int cr_registry_follower_start(struct cr_registry_follower *follower,
                                             struct cr_err *err);
void cr_registry_follower_free(struct cr_registry_follower *follower); /* NULL is fine */

CR_MUST_CHECK int cr_registry_follower_want(struct cr_registry_follower *follower,
                                            struct cr_slice service_id);
void cr_registry_follower_poke(struct cr_registry_follower *follower);

struct cr_registry_follower_state {
    enum cr_registry_source source;
    bool fetched;
    size_t kept;
    int64_t confirmed_ms;
    char url[256];
    char problem[256];
};
void cr_registry_follower_state(struct cr_registry_follower *follower,
                                struct cr_registry_follower_state *out_state);

#endif
