/* What is known, and when it is published, dropped and written. */
#include "cr_registry_book_private.h"

#include <inttypes.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "cr_clock.h"
#include "cr_int.h"
#include "cr_log.h"
#include "cr_registry_cache_private.h"
#include "cr_registry_memory_private.h"

enum {
    LARGE = 1000,       /* instances; a list of them is a megabyte */
    REST_FACTOR = 3,    /* after a publication that took so long, a rest so many times as long */
    CONFIRM_MS = 10000, /* between two touches of the file */
    NS_PER_MS = 1000000,
    MS_PER_S = 1000,
};
static const size_t list_max_bytes = (size_t)512 * 1024 * 1024;

struct cr_registry_book {
    struct cr_registry_book_options options;
    char *cache_path; /* NULL: none */
    struct cr_registry_copy *copy;
    struct cr_registry_memory *memory;
    bool self_listed; /* in the copy */
    bool doubted;     /* since the last confirmation */
    bool from_disk;
    bool confirmed;
    int64_t confirmed_ms;
    bool dirty;         /* not all is published */
    int64_t publish_ms; /* not before */
    bool unwritten;     /* not all is in the file */
    bool write_failed;
    int64_t write_ms; /* not before */
    int64_t touch_ms; /* not before */
    bool read_tried;
    bool trims; /* reading a large list took many times its size: to be given back */
};

struct cr_registry_book *cr_registry_book_new(const struct cr_registry_book_options *options)
{
    struct cr_registry_book *book = calloc(1, sizeof *book);
    if (!book)
        return NULL;
    book->options = *options;
    book->options.cache_path = NULL;
    bool keeps = options->cache_path && options->cache_path[0];
    book->cache_path = keeps ? strdup(options->cache_path) : NULL;
    book->copy = cr_registry_copy_new();
    book->memory = cr_registry_memory_new();
    if (book->copy && book->memory && (book->cache_path || !keeps))
        return book;
    cr_registry_book_free(book);
    return NULL;
}

/* ---- the file ---- */

static void write_cache(struct cr_registry_book *book, const struct cr_wire_instances *list)
{
    struct cr_err err = {0};
    int rc = cr_registry_cache_write(book->cache_path, list, &err);
    if (rc && !book->write_failed)
        cr_log_warn(book->options.log, "registry.cache-failed",
                    "going on without a copy on the disk: %s", err.text);
    book->write_failed = rc != 0;
    book->unwritten = false;
}

static void read_cache(struct cr_registry_book *book, int64_t now_ms)
{
    CR_AUTO_ARENA arena = cr_arena_new(list_max_bytes);
    struct cr_wire_instances list = {0};
    struct cr_err err = {0};
    int64_t age_ms = 0;
    int rc =
        arena ? cr_registry_cache_read(book->cache_path, arena, &list, &age_ms, &err) : CR_ENOMEM;
    if (rc == CR_ENOTFOUND || (rc == 0 && list.count == 0))
        return;
    if (rc) {
        cr_log_warn(book->options.log, "registry.cache-ignored", "%s", err.text);
        return;
    }
    int64_t trust_s = book->options.trust_ms / MS_PER_S;
    if (age_ms >= book->options.trust_ms) {
        cr_log_warn(book->options.log, "registry.cache-old",
                    "'%s' is %" PRId64 " s old and not used: at most %" PRId64 " s",
                    book->cache_path, age_ms / MS_PER_S, trust_s);
        return;
    }
    if (cr_registry_copy_add(book->copy, &list))
        return;
    cr_log_warn(book->options.log, "registry.cache-used",
                "no registry answers: %zu instances of '%s', %" PRId64
                " s old, stand in until they are %" PRId64 " s old",
                list.count, book->cache_path, age_ms / MS_PER_S, trust_s);
    book->from_disk = true;
    book->confirmed_ms = now_ms - age_ms;
    book->dirty = true;
}

/* ---- the whole: what is listed, and who is kept beside it ---- */

static int whole(const struct cr_registry_book *book, struct cr_arena *arena,
                 struct cr_wire_instances *out_list)
{
    struct cr_wire_instance *items = NULL;
    size_t count = 0;
    size_t kept = cr_registry_memory_count(book->memory);
    int rc = cr_registry_copy_list(book->copy, kept, arena, &items, &count);
    if (rc)
        return rc;
    cr_registry_memory_list(book->memory, items + count);
    *out_list = (struct cr_wire_instances){items, count + kept};
    return 0;
}

void cr_registry_book_free(struct cr_registry_book *book)
{
    if (!book)
        return;
    CR_AUTO_ARENA arena = cr_arena_new(list_max_bytes);
    struct cr_wire_instances list = {0};
    if (book->unwritten && book->cache_path && arena && whole(book, arena, &list) == 0)
        write_cache(book, &list);
    cr_registry_copy_free(book->copy);
    cr_registry_memory_free(book->memory);
    free(book->cache_path);
    free(book);
}

static int keep_known(struct cr_registry_book *book, int64_t now_ms)
{
    CR_AUTO_ARENA arena = cr_arena_new(list_max_bytes);
    struct cr_wire_instance *items = NULL;
    size_t count = 0;
    int rc = arena ? cr_registry_copy_list(book->copy, 0, arena, &items, &count) : CR_ENOMEM;
    return rc ? rc
              : cr_registry_memory_keep(book->memory, &(struct cr_wire_instances){items, count},
                                        now_ms);
}

static void changed(struct cr_registry_book *book, int64_t now_ms)
{
    cr_registry_memory_review(book->memory, book->copy, now_ms);
    book->dirty = true;
    cr_registry_book_confirm(book, now_ms);
}

/* Who is in no list can tell a lost memory only by an empty one after an outage. */
static bool is_forgetful(const struct cr_registry_book *book, struct cr_registry_self self,
                         bool lost, size_t count)
{
    return lost || (count == 0 && (book->from_disk || (book->doubted && !self.record)));
}

int cr_registry_book_replace(struct cr_registry_book *book, const struct cr_wire_instances *list,
                             struct cr_registry_self self, int64_t now_ms, bool *out_forgotten)
{
    CR_AUTO(cr_registry_copy) *next = cr_registry_copy_new();
    int rc = next ? cr_registry_copy_add(next, list) : CR_ENOMEM;
    if (rc)
        return rc;
    bool listed = self.record && cr_registry_copy_has(next, self.record);
    bool lost = book->self_listed && !listed && self.leased;
    bool forgetful = is_forgetful(book, self, lost, list->count);
    rc = forgetful ? keep_known(book, now_ms) : 0;
    if (rc)
        return rc;
    cr_registry_copy_free(book->copy);
    book->copy = cr_steal(&next);
    book->self_listed = listed;
    changed(book, now_ms);
    size_t kept = cr_registry_memory_count(book->memory);
    if (forgetful && kept > 0)
        cr_log_warn(book->options.log, "registry.forgot",
                    "it lists %zu instances and has forgotten %zu, which stay until they register "
                    "again, for the time of their leases at most",
                    cr_registry_copy_count(book->copy), kept);
    if (out_forgotten)
        *out_forgotten = lost;
    book->trims = list->count >= LARGE;
    return 0;
}

int cr_registry_book_change(struct cr_registry_book *book, const struct cr_wire_document *changes,
                            struct cr_registry_self self, int64_t now_ms, bool *out_agrees,
                            bool *out_forgotten)
{
    int rc = cr_registry_copy_apply(book->copy, &changes->instances);
    bool listed = self.record && cr_registry_copy_has(book->copy, self.record);
    *out_forgotten = book->self_listed && !listed && self.leased;
    book->self_listed = listed;
    *out_agrees = cr_registry_copy_agrees(book->copy, changes->hash_code);
    if (changes->instances.count > 0)
        changed(book, now_ms);
    return rc;
}

void cr_registry_book_confirm(struct cr_registry_book *book, int64_t now_ms)
{
    book->from_disk = false;
    book->doubted = false;
    book->confirmed = true;
    book->confirmed_ms = now_ms;
}

void cr_registry_book_doubt(struct cr_registry_book *book, int64_t now_ms)
{
    book->doubted = true;
    if (!book->confirmed && book->cache_path && !book->read_tried) {
        book->read_tried = true;
        read_cache(book, now_ms);
    }
}

/* ---- what is due ---- */

static int64_t expiry_ms(const struct cr_registry_book *book)
{
    if (!book->doubted || (cr_registry_copy_count(book->copy) == 0))
        return INT64_MAX;
    return book->confirmed_ms + book->options.trust_ms;
}

static void expire(struct cr_registry_book *book)
{
    struct cr_registry_copy *empty = cr_registry_copy_new();
    if (!empty)
        return;
    cr_log_warn(book->options.log, "registry.expired",
                "no registry answered for %" PRId64
                " s: %zu instances, which may be others by now, are not used any more",
                book->options.trust_ms / MS_PER_S, cr_registry_copy_count(book->copy));
    cr_registry_copy_free(book->copy);
    book->copy = empty;
    book->self_listed = false;
    book->dirty = true;
}

static void publish(struct cr_registry_book *book, int64_t now_ms)
{
    CR_AUTO_ARENA arena = cr_arena_new(list_max_bytes);
    struct cr_wire_instances list = {0};
    struct cr_err err = {0};
    bool news = false;
    int64_t began_ns = cr_clock_ns();
    int rc = arena ? whole(book, arena, &list) : CR_ENOMEM;
    rc = rc ? rc : cr_instances_publish(book->options.instances, &list, &news, &err);
    int64_t rest_ms = REST_FACTOR * (cr_clock_ns() - began_ns) / NS_PER_MS;
    book->publish_ms = now_ms + cr_max_i64(rest_ms, rc ? MS_PER_S : 0);
    if (rc) {
        cr_log_warn(book->options.log, "registry.unpublished",
                    "no memory for %zu instances; trying again", list.count);
        return;
    }
    book->dirty = false;
    if (news)
        cr_log_debug(book->options.log, "registry.changed", "%zu instances", list.count);
    book->unwritten = (book->unwritten || news) && book->confirmed;
    if (book->unwritten && book->cache_path && now_ms >= book->write_ms) {
        book->write_ms = now_ms + book->options.cache_ms;
        write_cache(book, &list);
    }
}

/* A file that says what is known is made to look as fresh as that is. */
static void keep_fresh(struct cr_registry_book *book, int64_t now_ms)
{
    if (!book->cache_path || !book->confirmed || book->doubted || book->unwritten ||
        now_ms < book->touch_ms)
        return;
    book->touch_ms = now_ms + CONFIRM_MS;
    cr_registry_cache_confirm(book->cache_path);
}

static int64_t next_ms(const struct cr_registry_book *book)
{
    int64_t next_ms = cr_min_i64(expiry_ms(book), cr_registry_memory_next_ms(book->memory));
    if (book->dirty)
        next_ms = cr_min_i64(next_ms, book->publish_ms);
    if (book->cache_path && book->unwritten)
        next_ms = cr_min_i64(next_ms, book->write_ms);
    return next_ms;
}

int64_t cr_registry_book_work(struct cr_registry_book *book, int64_t now_ms)
{
    if (expiry_ms(book) <= now_ms)
        expire(book);
    if (cr_registry_memory_next_ms(book->memory) <= now_ms) {
        cr_registry_memory_review(book->memory, book->copy, now_ms);
        book->dirty = true;
    }
    bool writes = book->cache_path && book->unwritten && now_ms >= book->write_ms;
    if ((book->dirty && now_ms >= book->publish_ms) || writes)
        publish(book, now_ms);
    keep_fresh(book, now_ms);
    if (book->trims && !book->dirty) {
        book->trims = false;
        malloc_trim(0);
    }
    return next_ms(book);
}

/* ---- for others ---- */

struct cr_registry_book_state cr_registry_book_state(const struct cr_registry_book *book)
{
    return (struct cr_registry_book_state){
        .confirmed = book->confirmed,
        .from_disk = book->from_disk,
        .kept = cr_registry_memory_count(book->memory),
        .confirmed_ms = book->confirmed_ms,
    };
}

const struct cr_registry_copy *cr_registry_book_copy(const struct cr_registry_book *book)
{
    return book->copy;
}
