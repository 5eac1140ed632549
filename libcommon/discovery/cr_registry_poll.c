/* Changes, or the whole. */
#include "cr_registry_poll_private.h"

#include <inttypes.h>
#include <stdlib.h>

#include "cr_clock.h"
#include "cr_int.h"
#include "cr_log.h"

enum { WARN_AFTER = 3 }; /* fetches of the whole in a row that did not help */
static const size_t parsed_max_bytes = (size_t)512 * 1024 * 1024;

struct cr_registry_poll {
    struct cr_registry_poll_options options;
    struct cr_registry_answer answer;
    bool whole_known; /* of server, at version */
    size_t server;
    int64_t version;
    int64_t delta_ms; /* it tells no changes: not asked before */

    size_t repairs;    /* fetches of the whole, since the hash codes agreed last */
    int64_t repair_ms; /* the next not before */
    bool warned;

    uint64_t whole_hash; /* of the last answer's text: most are the last one again */
    size_t whole_len;
};

struct cr_registry_poll *cr_registry_poll_new(const struct cr_registry_poll_options *options)
{
    struct cr_registry_poll *poll = calloc(1, sizeof *poll);
    if (poll)
        poll->options = *options;
    return poll;
}

void cr_registry_poll_free(struct cr_registry_poll *poll)
{
    if (!poll)
        return;
    cr_buf_free(&poll->answer.body);
    free(poll);
}

void cr_registry_poll_restart(struct cr_registry_poll *poll)
{
    poll->whole_known = false;
    poll->whole_len = 0;
}

static uint64_t hash_of(struct cr_slice text)
{
    uint64_t hash = 14695981039346656037U;
    for (size_t i = 0; i < text.len; i++)
        hash = (hash ^ (unsigned char)text.ptr[i]) * 1099511628211U;
    return hash;
}

static int call(struct cr_registry_poll *poll, const struct cr_registry_request *request,
                struct cr_err *err)
{
    int rc = cr_registry_link_call(poll->options.link, request, &poll->answer);
    return rc ? cr_err_set(err, rc, "%s", poll->answer.problem) : 0;
}

static void tell_skipped(const struct cr_registry_poll *poll, size_t skipped)
{
    if (skipped > 0)
        cr_log_warn(poll->options.log, "registry.skipped", "ignoring %zu unreadable instances",
                    skipped);
}

/* ---- the whole ---- */

static bool is_last_again(struct cr_registry_poll *poll, struct cr_slice body)
{
    uint64_t hash = hash_of(body);
    bool same = poll->whole_len == body.len && poll->whole_hash == hash;
    poll->whole_hash = hash;
    poll->whole_len = body.len;
    return same;
}

static int take_whole(struct cr_registry_poll *poll, struct cr_registry_self self,
                      bool *out_forgotten, struct cr_err *err)
{
    CR_AUTO_ARENA arena = cr_arena_new(parsed_max_bytes);
    struct cr_wire_document document = {0};
    struct cr_slice body = cr_buf_view(&poll->answer.body);
    if (!arena)
        return cr_err_set(err, CR_ENOMEM, "no memory");
    int rc = cr_wire_document_read(body, arena, &document, err);
    if (rc)
        return rc;
    rc = cr_registry_book_replace(poll->options.book, &document.instances, self, cr_clock_ms(),
                                  out_forgotten);
    if (rc)
        return cr_err_set(err, rc, "%zu instances: %s", document.instances.count, cr_code_name(rc));
    tell_skipped(poll, document.skipped);
    return 0;
}

static int fetch_whole(struct cr_registry_poll *poll, struct cr_registry_self self,
                       bool *out_forgotten, struct cr_err *err)
{
    const struct cr_registry_request request = {.method = "GET", .path = "apps/", .gzip = true};
    int rc = call(poll, &request, err);
    if (rc)
        return rc;
    if (is_last_again(poll, cr_buf_view(&poll->answer.body))) {
        cr_registry_book_confirm(poll->options.book, cr_clock_ms());
    } else {
        rc = take_whole(poll, self, out_forgotten, err);
        if (rc) {
            cr_registry_poll_restart(poll);
            return rc;
        }
    }
    poll->whole_known = true;
    poll->server = cr_registry_link_current(poll->options.link);
    poll->version = -1; /* the whole says 1, whatever the changes' version is */
    return 0;
}

/* ---- the changes ---- */

static void tell_agreement(struct cr_registry_poll *poll)
{
    if (poll->warned)
        cr_log_info(poll->options.log, "registry.agrees",
                    "the registry's hash code is that of its instances again");
    poll->warned = false;
    poll->repairs = 0;
    poll->repair_ms = 0;
}

static void tell_disagreement(struct cr_registry_poll *poll, struct cr_slice theirs)
{
    CR_AUTO(cr_buf) ours = {0};
    if (poll->warned || poll->repairs < WARN_AFTER)
        return;
    poll->warned = true;
    cr_registry_copy_hash(cr_registry_book_copy(poll->options.book), &ours);
    cr_log_warn(poll->options.log, "registry.disagrees",
                "%s says the hash code '%.*s', its instances make '%.*s', and fetching all of them "
                "does not help: they are fetched at most every %d s from now on",
                cr_registry_link_shown(poll->options.link, poll->server), CR_SLICE_ARG(theirs),
                CR_SLICE_ARG(cr_buf_view(&ours)), CR_REGISTRY_REPAIR_MOST_MS / 1000);
}

/* Is the whole to be fetched, as something is missing here? Then the next time is set too. */
static bool repair_is_due(struct cr_registry_poll *poll, struct cr_slice theirs)
{
    int64_t now_ms = cr_clock_ms();
    if (now_ms < poll->repair_ms)
        return false;
    tell_disagreement(poll, theirs);
    int64_t pause_ms = poll->options.pace_ms << (poll->repairs < 16 ? poll->repairs : 16);
    poll->repair_ms = now_ms + cr_min_i64(pause_ms, CR_REGISTRY_REPAIR_MOST_MS);
    poll->repairs++;
    return true;
}

/* It tells none, or none that can be read: for a while nobody asks. */
static void no_changes(struct cr_registry_poll *poll, const char *why)
{
    cr_log_debug(poll->options.log, "registry.no-changes", "%s: all instances are fetched: %s",
                 cr_registry_link_shown(poll->options.link, poll->server), why);
    poll->delta_ms = cr_clock_ms() + CR_REGISTRY_DELTA_AGAIN_MS;
}

/* *out_whole: what is known cannot be brought up to date by changes. */
static int take_changes(struct cr_registry_poll *poll, struct cr_registry_self self,
                        bool *out_forgotten, bool *out_whole, struct cr_err *err)
{
    CR_AUTO_ARENA arena = cr_arena_new(parsed_max_bytes);
    struct cr_wire_document changes = {0};
    bool agrees = false;
    if (!arena)
        return cr_err_set(err, CR_ENOMEM, "no memory");
    int rc = cr_wire_document_read(cr_buf_view(&poll->answer.body), arena, &changes, err);
    if (rc) {
        no_changes(poll, err->text);
        *out_whole = true;
        return rc == CR_ENOMEM ? rc : 0;
    }
    *out_whole = changes.version < poll->version; /* it was restarted */
    poll->version = changes.version;
    if (*out_whole)
        return 0;
    poll->whole_len = 0; /* the book holds more than that from now on */
    rc = cr_registry_book_change(poll->options.book, &changes, self, cr_clock_ms(), &agrees,
                                 out_forgotten);
    if (rc)
        return cr_err_set(err, rc, "%zu changes: %s", changes.instances.count, cr_code_name(rc));
    tell_skipped(poll, changes.skipped);
    cr_registry_book_confirm(poll->options.book, cr_clock_ms());
    if (agrees)
        tell_agreement(poll);
    else
        *out_whole = repair_is_due(poll, changes.hash_code);
    return 0;
}

static int fetch_changes(struct cr_registry_poll *poll, struct cr_registry_self self,
                         bool *out_forgotten, bool *out_whole, struct cr_err *err)
{
    const struct cr_registry_request request = {
        .method = "GET", .path = "apps/delta", .gzip = true, .settles = {403, 404, 405, 501}};
    int rc = call(poll, &request, err);
    if (rc)
        return rc;
    bool other = cr_registry_link_current(poll->options.link) != poll->server;
    bool refused = poll->answer.status != 200;
    if (refused && !other)
        no_changes(poll, "it refuses to tell changes");
    *out_whole = other || refused;
    return *out_whole ? 0 : take_changes(poll, self, out_forgotten, out_whole, err);
}

int cr_registry_poll_look(struct cr_registry_poll *poll, struct cr_registry_self self,
                          bool *out_forgotten, struct cr_err *err)
{
    bool whole = !poll->whole_known || cr_clock_ms() < poll->delta_ms;
    *out_forgotten = false;
    if (!whole) {
        int rc = fetch_changes(poll, self, out_forgotten, &whole, err);
        if (rc)
            return rc;
        if (!whole)
            return 0;
    }
    return fetch_whole(poll, self, out_forgotten, err);
}
