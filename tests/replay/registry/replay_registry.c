/* Plays a scenario against the registry's core under a fake clock: replay_registry FILE.scn
 *
 * A line is a command; '#' begins a comment. A word that ends in '=' takes the next one as value.
 *     at MS                                 the clock; only forward
 *     register APP ID [status= S] [duration= S] [interval= S] [dirty= MS] [peer= 1]
 *     renew APP ID [dirty= MS] [peer= 1] -> renewed | unknown | newer
 *     cancel APP ID -> yes | no
 *     expire -> COUNT
 *     there APP ID STATUS                   it is in, with that status
 *     gone APP ID
 *     count N                               instances in all
 *     next MS | next never                  when the next lease is due
 *     hash TEXT | hash -                    the hash code; - is the empty one
 *     override APP ID STATUS -> done | unknown
 *     end-override APP ID STATUS -> done | unknown
 *     delta TEXT... | delta -               the last changes: ORDERS/i1=ADDED ...
 *     cancelled TEXT                        the newest of the last cancelled: ORDERS(i1)
 *     preservation on | off [min= N]        self-preservation; off at the beginning
 *     held N                                leases that are over and held
 *     registers APP FROM TO [as register]   ids FROM to TO
 *     renews APP ID | renews APP FROM TO [times= N]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cr_file.h"
#include "cr_int.h"
#include "eureka_render.h"
#include "selection.h"

enum { WORDS_MAX = 32, FILE_MAX = 1 << 20 };
static const int64_t wall_zero_ms = 1700000000000;

struct play {
    struct registry *registry;
    int64_t now_ms;
    const char *file;
    int line;
    struct cr_slice words[WORDS_MAX];
    size_t count;
};

static void fail(const struct play *play, const char *what)
{
    fprintf(stderr, "%s:%d: at %lld ms: %s\n", play->file, play->line, (long long)play->now_ms,
            what);
    exit(1);
}

static struct registry_now now_of(const struct play *play)
{
    return (struct registry_now){play->now_ms, wall_zero_ms + play->now_ms};
}

static struct cr_slice word(const struct play *play, size_t index)
{
    if (index >= play->count)
        fail(play, "a word is missing");
    return play->words[index];
}

static int64_t number(const struct play *play, struct cr_slice text)
{
    int64_t value = 0;
    if (cr_int_parse(text, 0, INT64_MAX, &value))
        fail(play, "not a number");
    return value;
}

/* The word behind name; NULL ptr where there is none. */
static struct cr_slice option(const struct play *play, const char *name)
{
    for (size_t i = 0; i + 1 < play->count; i++)
        if (cr_slice_is(play->words[i], name))
            return play->words[i + 1];
    return (struct cr_slice){0};
}

static void expect(const struct play *play, const char *is)
{
    struct cr_slice should = option(play, "->");
    if (!should.ptr || cr_slice_is(should, is))
        return;
    char what[128];
    snprintf(what, sizeof what, "is %s, not %.*s", is, CR_SLICE_ARG(should));
    fail(play, what);
}

static enum registry_origin origin_of(const struct play *play)
{
    return option(play, "peer=").ptr ? REGISTRY_PEER : REGISTRY_CLIENT;
}

static struct registry_instance *instance_of(const struct play *play)
{
    registry_expire(play->registry, now_of(play));
    return registry_find(play->registry, word(play, 1), word(play, 2));
}

static void play_at(struct play *play)
{
    int64_t now_ms = number(play, word(play, 1));
    if (now_ms < play->now_ms)
        fail(play, "the clock goes forward only");
    play->now_ms = now_ms;
}

static void register_one(struct play *play, struct cr_slice id)
{
    struct cr_wire_instance record = cr_wire_instance_default(now_of(play).wall_ms);
    record.app = word(play, 1);
    record.instance_id = id;
    record.host_name = CR_SLICE("host");
    record.ip_addr = CR_SLICE("10.0.0.1");
    record.data_center = CR_WIRE_MY_OWN;
    struct cr_slice status = option(play, "status=");
    if (status.ptr && !cr_wire_status_parse(status, &record.status))
        fail(play, "no such status");
    if (option(play, "duration=").ptr)
        record.lease.duration_s = number(play, option(play, "duration="));
    if (option(play, "interval=").ptr)
        record.lease.renewal_s = number(play, option(play, "interval="));
    if (option(play, "dirty=").ptr)
        record.last_dirty_ms = number(play, option(play, "dirty="));
    struct registry_registration out = {0};
    if (registry_register(play->registry, &record, origin_of(play), now_of(play), &out))
        fail(play, "register failed");
    expect(play, out.kept ? "kept" : out.renewed ? "again" : "new");
}

static void play_register(struct play *play)
{
    register_one(play, word(play, 2));
}

/* Calls once for each id from the third to the fourth word. */
static void for_ids(struct play *play, void (*call)(struct play *play, struct cr_slice id))
{
    char id[32];
    int64_t to = number(play, word(play, 3));
    for (int64_t i = number(play, word(play, 2)); i <= to; i++) {
        snprintf(id, sizeof id, "%lld", (long long)i);
        call(play, cr_slice_of(id));
    }
}

static void play_registers(struct play *play)
{
    for_ids(play, register_one);
}

static void renew_one(struct play *play, struct cr_slice id)
{
    static const char *const names[] = {
        [REGISTRY_RENEWED] = "renewed",
        [REGISTRY_UNKNOWN] = "unknown",
        [REGISTRY_NEWER] = "newer",
    };
    struct cr_slice dirty = option(play, "dirty=");
    int64_t dirty_ms = dirty.ptr ? number(play, dirty) : 0;
    const struct registry_beat beat = {.dirty_ms = dirty.ptr ? &dirty_ms : NULL,
                                       .origin = origin_of(play)};
    expect(play, names[registry_renew(play->registry, word(play, 1), id, &beat, now_of(play))]);
}

static void play_renew(struct play *play)
{
    renew_one(play, word(play, 2));
}

static void play_renews(struct play *play)
{
    struct cr_slice times = option(play, "times=");
    int64_t id;
    bool one = cr_int_parse(word(play, 2), 0, INT64_MAX, &id) != 0;
    for (int64_t left = times.ptr ? number(play, times) : 1; left > 0; left--)
        one ? renew_one(play, word(play, 2)) : for_ids(play, renew_one);
}

static void play_order(struct play *play,
                       int (*give)(struct registry *, struct cr_slice, struct cr_slice,
                                   const struct registry_order *, struct registry_now))
{
    struct registry_order order = {.origin = origin_of(play)};
    if (!cr_wire_status_parse(word(play, 3), &order.status))
        fail(play, "no such status");
    int rc = give(play->registry, word(play, 1), word(play, 2), &order, now_of(play));
    expect(play, rc ? "unknown" : "done");
}

static void play_override(struct play *play)
{
    play_order(play, registry_override);
}

static void play_end_override(struct play *play)
{
    play_order(play, registry_end_override);
}

static void play_preservation(struct play *play)
{
    struct cr_slice min = option(play, "min=");
    const struct self_preservation_options options = {
        .enabled = cr_slice_is(word(play, 1), "on"),
        .min_instances = min.ptr ? (size_t)number(play, min) : 10,
        .percent = 0.85,
        .renewal_interval_s = 30,
    };
    registry_set_preservation(play->registry, &options, now_of(play));
}

static void play_held(struct play *play)
{
    registry_expire(play->registry, now_of(play));
    if (number(play, word(play, 1)) !=
        (int64_t)registry_preservation(play->registry, now_of(play)).held)
        fail(play, "another number is held");
}

static void play_delta(struct play *play)
{
    static const char *const actions[] = {"", "ADDED", "MODIFIED", "DELETED"};
    CR_AUTO(selection) selection = {0};
    registry_expire(play->registry, now_of(play));
    if (selection_of_delta(play->registry, &selection))
        fail(play, "no memory");
    size_t should = cr_slice_is(word(play, 1), "-") ? 0 : play->count - 1;
    if (selection.count != should)
        fail(play, "another number of changes");
    for (size_t i = 0; i < should; i++) {
        const struct cr_wire_instance *record = selection.items[i]->record;
        char is[256];
        snprintf(is, sizeof is, "%.*s/%.*s=%s", CR_SLICE_ARG(record->app),
                 CR_SLICE_ARG(record->instance_id), actions[record->action]);
        if (!cr_slice_is(word(play, i + 1), is))
            fail(play, is);
    }
}

static void play_cancelled(struct play *play)
{
    const struct lastn_event *event = lastn_at(registry_last_cancelled(play->registry), 0);
    if (!event || !cr_slice_is(word(play, 1), event->text))
        fail(play, event ? event->text : "nothing was cancelled");
}

static void play_cancel(struct play *play)
{
    bool was = registry_cancel(play->registry, word(play, 1), word(play, 2), origin_of(play),
                               now_of(play));
    expect(play, was ? "yes" : "no");
}

static void play_expire(struct play *play)
{
    char text[24];
    snprintf(text, sizeof text, "%zu", registry_expire(play->registry, now_of(play)));
    expect(play, text);
}

static void play_there(struct play *play)
{
    const struct registry_instance *instance = instance_of(play);
    if (!instance)
        fail(play, "it is gone");
    else if (!cr_slice_is(word(play, 3), cr_wire_status_name(instance->record->status)))
        fail(play, cr_wire_status_name(instance->record->status));
}

static void play_gone(struct play *play)
{
    if (instance_of(play))
        fail(play, "it is still there");
}

static void play_count(struct play *play)
{
    registry_expire(play->registry, now_of(play));
    if (number(play, word(play, 1)) != (int64_t)registry_count(play->registry))
        fail(play, "another number of instances");
}

static void play_next(struct play *play)
{
    int64_t due_ms = registry_next_due_ms(play->registry);
    bool never = cr_slice_is(word(play, 1), "never");
    if (due_ms != (never ? INT64_MAX : number(play, word(play, 1)))) {
        char what[64];
        snprintf(what, sizeof what, "the next is due at %lld", (long long)due_ms);
        fail(play, what);
    }
}

static void play_hash(struct play *play)
{
    registry_expire(play->registry, now_of(play));
    CR_AUTO(cr_buf) hash = {0};
    eureka_hash_code(play->registry, &hash);
    bool same = cr_slice_is(word(play, 1), "-") ? hash.len == 0
                                                : cr_slice_equal(word(play, 1), cr_buf_view(&hash));
    if (!same)
        fail(play, hash.len ? hash.data : "the empty hash");
}

static const struct {
    const char *name;
    void (*run)(struct play *play);
} commands[] = {
    {"at", play_at},
    {"register", play_register},
    {"renew", play_renew},
    {"cancel", play_cancel},
    {"expire", play_expire},
    {"there", play_there},
    {"gone", play_gone},
    {"count", play_count},
    {"next", play_next},
    {"hash", play_hash},
    {"registers", play_registers},
    {"renews", play_renews},
    {"override", play_override},
    {"end-override", play_end_override},
    {"preservation", play_preservation},
    {"held", play_held},
    {"delta", play_delta},
    {"cancelled", play_cancelled},
};

static void run_line(struct play *play, struct cr_slice line)
{
    struct cr_slice part;
    play->count = 0;
    while (cr_slice_split(&line, ' ', &part)) {
        if (part.len == 0)
            continue;
        if (part.ptr[0] == '#')
            break;
        if (play->count == WORDS_MAX)
            fail(play, "too many words");
        play->words[play->count++] = part;
    }
    if (play->count == 0)
        return;
    for (size_t i = 0; i < CR_COUNT(commands); i++) {
        if (cr_slice_is(play->words[0], commands[i].name)) {
            commands[i].run(play);
            return;
        }
    }
    fail(play, "no such command");
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s FILE.scn\n", argv[0]);
        return 2;
    }
    CR_AUTO(cr_buf) text = {.max = FILE_MAX};
    struct cr_err err = {0};
    struct play play = {.file = argv[1]};
    play.registry = registry_new(&(struct registry_options){0});
    if (!play.registry || cr_file_read(argv[1], &text, &err)) {
        fprintf(stderr, "%s: %s\n", argv[0], err.text);
        return 2;
    }
    struct cr_slice rest = cr_buf_view(&text);
    struct cr_slice line;
    while (cr_slice_split(&rest, '\n', &line)) {
        play.line++;
        run_line(&play, cr_slice_trim(line));
    }
    registry_free(play.registry);
    return 0;
}
