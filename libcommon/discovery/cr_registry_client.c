/* The thread that registers, renews and fetches, each when it is time. */
#include "cr_registry_client.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cr_assert.h"
#include "cr_clock.h"
#include "cr_int.h"
#include "cr_log.h"
#include "cr_map.h"
#include "cr_registry_link_private.h"
#include "cr_registry_memory_private.h"
#include "cr_thread.h"
#include "cr_url.h"

enum {
    FETCH_MS = 1000,
    EAGER_MS = 100,
    CONNECT_TIMEOUT_MS = 2000,
    TIMEOUT_MS = 5000,
    RETRY_FIRST_MS = 100, /* of registering; doubles */
    RETRY_MOST_MS = 2000,
    LEAVE_MS = 1000,
    MS_PER_S = 1000,
};
static const size_t body_max_bytes = (size_t)64 * 1024 * 1024;
static const size_t parsed_max_bytes = (size_t)512 * 1024 * 1024;

struct cr_registry_client {
    struct cr_registry_client_options options;
    struct cr_registry_link *link;
    struct cr_instances *instances;
    struct cr_thread thread;

    struct cr_mutex mutex; /* of all below */
    struct cr_cond cond;
    struct cr_map *wanted; /* names in lower case; the values mean nothing */
    struct cr_wire_instance *self;
    bool stopping;
    bool leaving; /* leave was asked for */
    bool left;    /* and is done */
    bool poked;
    int64_t next_contact_ms;
    struct cr_registry_client_state state;

    /* The thread's own. */
    char *self_path;
    bool lease_known;       /* a server took us in, and none said since that it knows nothing */
    bool may_be_registered; /* as a call's answer may have been lost */
    int64_t last_fetch_ms;
    int64_t retry_ms;
    bool contact_failed; /* as logged last */
    bool fetch_failed;
    uint64_t body_hash; /* of the last answer that was published */
    size_t body_len;
    bool self_listed; /* in that answer */
    struct cr_registry_memory memory;
    struct cr_registry_answer answer;
};

static int64_t or_default(int64_t value, int64_t fallback)
{
    return value > 0 ? value : fallback;
}

int cr_registry_client_new(const struct cr_registry_client_options *options,
                           struct cr_registry_client **out_client, struct cr_err *err)
{
    struct cr_registry_client *client = calloc(1, sizeof *client);
    if (!client)
        return cr_err_set(err, CR_ENOMEM, "registry: no memory");
    client->options = *options;
    client->options.fetch_ms = or_default(options->fetch_ms, FETCH_MS);
    client->options.eager_ms = or_default(options->eager_ms, EAGER_MS);
    client->options.urls = NULL;
    cr_mutex_init(&client->mutex);
    cr_cond_init(&client->cond);
    client->wanted = cr_map_new(CR_REGISTRY_WANTED_MAX, NULL);
    client->instances = cr_instances_new();
    client->retry_ms = RETRY_FIRST_MS;
    client->poked = true;
    const struct cr_registry_link_options link = {
        .http = options->http,
        .urls = options->urls,
        .connect_timeout_ms = or_default(options->connect_timeout_ms, CONNECT_TIMEOUT_MS),
        .timeout_ms = or_default(options->timeout_ms, TIMEOUT_MS),
        .body_max_bytes = options->body_max_bytes ? options->body_max_bytes : body_max_bytes,
    };
    int rc = client->wanted && client->instances
                 ? cr_registry_link_new(&link, &client->link, err)
                 : cr_err_set(err, CR_ENOMEM, "registry: no memory");
    if (rc)
        cr_registry_client_free(client);
    else
        *out_client = client;
    return rc;
}

void cr_registry_client_free(struct cr_registry_client *client)
{
    if (!client)
        return;
    cr_mutex_lock(&client->mutex);
    client->stopping = true;
    cr_cond_broadcast(&client->cond);
    cr_mutex_unlock(&client->mutex);
    if (client->link)
        cr_registry_link_interrupt(client->link);
    cr_thread_join(&client->thread);
    cr_registry_link_free(client->link);
    cr_instances_free(client->instances);
    cr_map_free(client->wanted);
    cr_wire_instance_free(client->self);
    cr_buf_free(&client->answer.body);
    cr_registry_memory_free(&client->memory);
    free(client->self_path);
    cr_cond_fini(&client->cond);
    cr_mutex_fini(&client->mutex);
    free(client);
}

/* ---- state and its log lines ---- */

static void set_problem(struct cr_registry_client *client, const char *problem)
{
    CR_LOCKED(&client->mutex);
    snprintf(client->state.problem, sizeof client->state.problem, "%s", problem);
}

static void contact_worked(struct cr_registry_client *client, bool registered_now)
{
    char url[256];
    cr_registry_link_url(client->link, url, sizeof url);
    if (client->contact_failed || registered_now)
        cr_log_info(client->options.log, "registry.registered", "%.*s as %s at %s",
                    CR_SLICE_ARG(cr_wire_instance_id(client->self)), client->self_path, url);
    client->contact_failed = false;
    client->retry_ms = RETRY_FIRST_MS;
    CR_LOCKED(&client->mutex);
    client->state.registered = true;
    client->state.renewed_ms = cr_clock_ms();
    client->state.problem[0] = '\0';
}

static void contact_lost(struct cr_registry_client *client)
{
    const char *problem = client->answer.problem;
    if (!client->contact_failed)
        cr_log_warn(client->options.log, "registry.unreachable",
                    "cannot register or renew, trying again at least every %d ms: %s",
                    RETRY_MOST_MS, problem);
    client->contact_failed = true;
    set_problem(client, problem);
    CR_LOCKED(&client->mutex);
    client->state.registered = false;
}

static void fetch_worked(struct cr_registry_client *client)
{
    if (client->fetch_failed || !client->state.fetched)
        cr_log_info(client->options.log, "registry.fetched", "the instances are known");
    client->fetch_failed = false;
    CR_LOCKED(&client->mutex);
    client->state.fetched = true;
    client->state.fetched_ms = cr_clock_ms();
    client->state.problem[0] = '\0';
}

static void fetch_lost(struct cr_registry_client *client, const char *problem)
{
    if (!client->fetch_failed)
        cr_log_warn(client->options.log, "registry.fetch-failed",
                    "going on with what is known, trying again every %" PRId64 " ms: %s",
                    client->options.fetch_ms, problem);
    client->fetch_failed = true;
    set_problem(client, problem);
}

/* ---- registering and renewing ---- */

static bool is_interrupted(struct cr_registry_client *client)
{
    CR_LOCKED(&client->mutex);
    return client->stopping || (client->leaving && !client->left);
}

/* {"instance":{...}} */
static void render_self(const struct cr_registry_client *client, struct cr_buf *out)
{
    cr_buf_text(out, "{\"instance\":");
    cr_wire_instance_write(client->self, out);
    cr_buf_char(out, '}');
}

static bool register_self(struct cr_registry_client *client)
{
    CR_AUTO(cr_buf) body = {0};
    CR_AUTO(cr_buf) path = {0};
    client->self->last_dirty_ms = cr_clock_wall_ms();
    client->self->last_updated_ms = client->self->last_dirty_ms;
    render_self(client, &body);
    cr_buf_text(&path, "apps/");
    cr_url_encode(&path, client->self->app, "");
    if (cr_buf_status(&body) || cr_buf_status(&path))
        return false;
    client->may_be_registered = true; /* the answer may get lost */
    const struct cr_registry_request request = {
        .method = "POST", .path = path.data, .body = cr_buf_view(&body)};
    return cr_registry_link_call(client->link, &request, &client->answer) == 0;
}

/* True if a server renewed the lease; *out_known becomes false when one says that it has none. */
static bool renew_self(struct cr_registry_client *client, bool *out_known)
{
    CR_AUTO(cr_buf) path = {0};
    cr_buf_printf(&path, "%s?status=%s&lastDirtyTimestamp=%" PRId64, client->self_path,
                  cr_wire_status_name(client->self->status), client->self->last_dirty_ms);
    if (cr_buf_status(&path))
        return false;
    const struct cr_registry_request request = {
        .method = "PUT", .path = path.data, .missing_counts = true};
    bool answered = cr_registry_link_call(client->link, &request, &client->answer) == 0;
    *out_known = !answered || client->answer.status != 404;
    return answered && *out_known;
}

static int64_t renewal_ms(const struct cr_registry_client *client)
{
    int64_t renewal_s = client->self->lease.renewal_s;
    return MS_PER_S * (renewal_s > 0 ? renewal_s : CR_WIRE_LEASE_RENEWAL_S);
}

static void set_next_contact(struct cr_registry_client *client, int64_t at_ms)
{
    CR_LOCKED(&client->mutex);
    client->next_contact_ms = at_ms;
}

/* One renewal, or one registration where there is no lease (any more). */
static void contact(struct cr_registry_client *client)
{
    int64_t began_ms = cr_clock_ms();
    bool worked = client->lease_known && renew_self(client, &client->lease_known);
    bool registered = !client->lease_known && register_self(client);
    if (worked || registered) {
        client->lease_known = true;
        contact_worked(client, registered);
        set_next_contact(client, began_ms + renewal_ms(client));
    } else if (!is_interrupted(client)) {
        contact_lost(client);
        set_next_contact(client, cr_clock_ms() + client->retry_ms);
        client->retry_ms = cr_min_i64(2 * client->retry_ms, RETRY_MOST_MS);
    }
}

static void leave_now(struct cr_registry_client *client)
{
    cr_registry_link_resume(client->link);
    if (client->may_be_registered && client->options.leaves) {
        const struct cr_registry_request request = {.method = "DELETE",
                                                    .path = client->self_path,
                                                    .missing_counts = true,
                                                    .total_ms = LEAVE_MS};
        if (cr_registry_link_call(client->link, &request, &client->answer) == 0)
            cr_log_info(client->options.log, "registry.left", "%s", client->self_path);
        else
            cr_log_warn(client->options.log, "registry.leave-failed",
                        "the lease will expire by itself: %s", client->answer.problem);
    }
    client->lease_known = false;
    client->self_listed = false; /* a list without us is as it should be */
    CR_LOCKED(&client->mutex);
    client->state.registered = false;
    client->left = true;
    cr_cond_broadcast(&client->cond);
}

/* ---- fetching ---- */

static uint64_t hash_of(struct cr_slice text)
{
    uint64_t hash = 14695981039346656037U;
    for (size_t i = 0; i < text.len; i++)
        hash = (hash ^ (unsigned char)text.ptr[i]) * 1099511628211U;
    return hash;
}

/* NULL until there is one; then it is the thread's. */
static const struct cr_wire_instance *self_of(struct cr_registry_client *client)
{
    CR_LOCKED(&client->mutex);
    return client->self;
}

/* Does the answer come from a registry that lost its memory? One that listed us and does not any
 * more, though nobody asked it to, does: a lease ends only unrenewed. Who is in no list can tell by
 * an empty one after an outage. */
static bool is_forgetful(struct cr_registry_client *client, const struct cr_wire_instances *list)
{
    const struct cr_wire_instance *self = self_of(client);
    bool listed = self && cr_registry_lists(list, self);
    bool lost = client->self_listed && !listed && !is_interrupted(client) && client->lease_known;
    client->self_listed = listed;
    if (lost)
        set_next_contact(client, cr_clock_ms());
    return lost || (!self && list->count == 0 && client->fetch_failed);
}

/* Puts those whom the registry forgot behind those whom it lists. */
static int remember(struct cr_registry_client *client, struct cr_slice body, struct cr_arena *arena,
                    struct cr_wire_instances *list)
{
    size_t listed = list->count;
    bool forgot = is_forgetful(client, list);
    int rc = forgot ? cr_registry_memory_keep(&client->memory, cr_clock_ms()) : 0;
    rc = rc ? rc : cr_registry_memory_add(&client->memory, body, cr_clock_ms(), arena, list);
    size_t kept = client->memory.count;
    if (forgot && kept > 0)
        cr_log_warn(client->options.log, "registry.forgot",
                    "it lists %zu instances and has forgotten %zu, which stay until they register "
                    "again, for the time of their leases at most",
                    listed, kept);
    CR_LOCKED(&client->mutex);
    client->state.kept = kept;
    return rc;
}

static int publish(struct cr_registry_client *client, struct cr_slice body, struct cr_err *err)
{
    CR_AUTO_ARENA arena = cr_arena_new(parsed_max_bytes);
    struct cr_wire_instances list = {0};
    size_t skipped = 0;
    bool changed = false;
    if (!arena)
        return cr_err_set(err, CR_ENOMEM, "no memory");
    int rc = cr_wire_instances_read(body, arena, &list, &skipped, err);
    if (rc == 0 && remember(client, body, arena, &list))
        rc = cr_err_set(err, CR_ENOMEM, "no memory");
    rc = rc ? rc : cr_instances_publish(client->instances, &list, &changed, err);
    if (rc)
        return rc;
    if (skipped > 0)
        cr_log_warn(client->options.log, "registry.skipped", "ignoring %zu unreadable instances",
                    skipped);
    if (changed)
        cr_log_debug(client->options.log, "registry.changed", "%zu instances", list.count);
    return 0;
}

static void fetch(struct cr_registry_client *client)
{
    const struct cr_registry_request request = {.method = "GET", .path = "apps/"};
    if (cr_registry_link_call(client->link, &request, &client->answer)) {
        if (!is_interrupted(client))
            fetch_lost(client, client->answer.problem);
        return;
    }
    /* Most answers are the last one again. */
    struct cr_slice body = cr_buf_view(&client->answer.body);
    uint64_t hash = hash_of(body);
    if (!client->state.fetched || client->memory.count > 0 || hash != client->body_hash ||
        body.len != client->body_len) {
        struct cr_err err = {0};
        if (publish(client, body, &err)) {
            fetch_lost(client, err.text);
            return;
        }
        client->body_hash = hash;
        client->body_len = body.len;
    }
    fetch_worked(client);
}

/* With the mutex. */
static bool something_missing(struct cr_registry_client *client)
{
    struct cr_instances_pin pin = cr_instances_pin(client->instances);
    bool missing = false;
    size_t cursor = 0;
    struct cr_slice name;
    void *value = NULL;
    while (!missing && cr_map_next(client->wanted, &cursor, &name, &value)) {
        const struct cr_service *service = cr_snapshot_service(pin.snapshot, name);
        missing = !service || service->up_count == 0;
    }
    cr_instances_unpin(client->instances, &pin);
    return missing;
}

/* With the mutex. */
static int64_t pace_ms(struct cr_registry_client *client)
{
    bool eager = !client->state.fetched || something_missing(client);
    return eager ? client->options.eager_ms : client->options.fetch_ms;
}

/* ---- the thread ---- */

struct turn {
    bool stop, leave, contact, fetch;
};

/* With the mutex. What is to be done now; if nothing, *out_wake_ms is when to look again. */
static struct turn due_turn(struct cr_registry_client *client, int64_t *out_wake_ms)
{
    int64_t now_ms = cr_clock_ms();
    if (client->stopping)
        return (struct turn){.stop = true};
    if (client->leaving && !client->left)
        return (struct turn){.leave = true};
    bool contacts = client->self && !client->leaving;
    int64_t contact_ms = contacts ? client->next_contact_ms : INT64_MAX;
    int64_t fetch_ms = INT64_MAX;
    if (client->options.fetches)
        fetch_ms = client->poked ? now_ms : client->last_fetch_ms + pace_ms(client);
    struct turn turn = {.contact = contact_ms <= now_ms, .fetch = fetch_ms <= now_ms};
    if (turn.fetch) {
        client->last_fetch_ms = now_ms;
        client->poked = false;
    }
    *out_wake_ms = cr_min_i64(contact_ms, fetch_ms);
    return turn;
}

/* Waits until something is to be done, and says what. */
static struct turn next_turn(struct cr_registry_client *client)
{
    CR_LOCKED(&client->mutex);
    for (;;) {
        int64_t wake_ms = INT64_MAX;
        struct turn turn = due_turn(client, &wake_ms);
        if (turn.stop || turn.leave || turn.contact || turn.fetch)
            return turn;
        if (wake_ms == INT64_MAX)
            cr_cond_wait(&client->cond, &client->mutex);
        else
            cr_cond_wait_until(&client->cond, &client->mutex, wake_ms);
    }
}

static void run(void *ctx)
{
    struct cr_registry_client *client = ctx;
    for (;;) {
        struct turn turn = next_turn(client);
        if (turn.stop)
            return;
        if (turn.leave)
            leave_now(client);
        if (turn.contact)
            contact(client);
        if (turn.fetch)
            fetch(client);
    }
}

int cr_registry_client_start(struct cr_registry_client *client, struct cr_err *err)
{
    return cr_thread_start(&client->thread, "registry", run, client, err);
}

/* ---- for the other threads ---- */

static char *path_of(const struct cr_wire_instance *self)
{
    CR_AUTO(cr_buf) path = {0};
    cr_buf_text(&path, "apps/");
    cr_url_encode(&path, self->app, "");
    cr_buf_char(&path, '/');
    cr_url_encode(&path, cr_wire_instance_id(self), ":");
    return cr_buf_steal(&path);
}

static void upper_case(struct cr_slice text, char *to)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        to[i] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
}

int cr_registry_client_register(struct cr_registry_client *client,
                                const struct cr_wire_instance *self, struct cr_err *err)
{
    CR_ASSERT(client->self == NULL);
    if (self->app.len == 0 || self->host_name.len == 0 || self->ip_addr.len == 0)
        return cr_err_set(err, CR_EINVAL,
                          "registry: an instance needs an application, a host and an address");
    CR_AUTO_FREE char *app = malloc(self->app.len);
    if (!app)
        return cr_err_set(err, CR_ENOMEM, "registry: no memory");
    upper_case(self->app, app);
    struct cr_wire_instance upper = *self;
    upper.app = (struct cr_slice){app, self->app.len};
    struct cr_wire_instance *copy = cr_wire_instance_copy(&upper);
    char *path = copy ? path_of(copy) : NULL;
    if (!path) {
        cr_wire_instance_free(copy);
        return cr_err_set(err, CR_ENOMEM, "registry: no memory");
    }
    CR_LOCKED(&client->mutex);
    client->self_path = path;
    client->self = copy;
    client->next_contact_ms = cr_clock_ms();
    cr_cond_broadcast(&client->cond);
    return 0;
}

void cr_registry_client_leave(struct cr_registry_client *client)
{
    CR_LOCKED(&client->mutex);
    if (!client->thread.started || client->leaving || !client->self)
        return;
    client->leaving = true;
    cr_cond_broadcast(&client->cond);
    cr_registry_link_interrupt(client->link);
    while (!client->left && !client->stopping)
        cr_cond_wait(&client->cond, &client->mutex);
}

int cr_registry_client_want(struct cr_registry_client *client, struct cr_slice service_id)
{
    if (service_id.len == 0)
        return CR_EINVAL;
    CR_LOCKED(&client->mutex);
    if (cr_map_get(client->wanted, service_id))
        return 0;
    int rc = cr_map_put(client->wanted, service_id, client);
    cr_cond_broadcast(&client->cond);
    return rc;
}

struct cr_instances *cr_registry_client_instances(struct cr_registry_client *client)
{
    return client->instances;
}

void cr_registry_client_state(struct cr_registry_client *client,
                              struct cr_registry_client_state *out_state)
{
    cr_mutex_lock(&client->mutex);
    *out_state = client->state;
    cr_mutex_unlock(&client->mutex);
    cr_registry_link_url(client->link, out_state->url, sizeof out_state->url);
}

void cr_registry_client_poke(struct cr_registry_client *client)
{
    CR_LOCKED(&client->mutex);
    client->poked = true;
    if (client->self)
        client->next_contact_ms = cr_min_i64(client->next_contact_ms, cr_clock_ms());
    cr_cond_broadcast(&client->cond);
}
