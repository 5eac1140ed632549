/* The thread that registers, renews and leaves, each when it is time. */
#include "cr_registry_lease_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cr_assert.h"
#include "cr_clock.h"
#include "cr_int.h"
#include "cr_log.h"
#include "cr_thread.h"
#include "cr_url.h"

enum {
    RETRY_FIRST_MS = 100, /* of registering; doubles */
    RETRY_MOST_MS = 2000,
    LEAVE_MS = 1000,
    MS_PER_S = 1000,
};

struct cr_registry_lease {
    const struct cr_log *log;
    bool leaves;
    struct cr_registry_link *link;
    struct cr_thread thread;

    struct cr_mutex mutex; /* of all below */
    struct cr_cond cond;
    struct cr_wire_instance *self; /* set once */
    bool stopping;
    bool leaving; /* leave was asked for */
    bool left;    /* and is done */
    bool leased;  /* as known */
    int64_t next_contact_ms;
    struct cr_registry_lease_state state;

    /* The thread's own. */
    char *path;
    bool known;             /* a server took us in, and none said since that it knows nothing */
    bool may_be_registered; /* as a call's answer may have been lost */
    int64_t retry_ms;
    bool failed; /* as logged last */
    struct cr_registry_answer answer;
};

int cr_registry_lease_new(const struct cr_registry_link_options *link, const struct cr_log *log,
                          bool leaves, struct cr_registry_lease **out_lease, struct cr_err *err)
{
    struct cr_registry_lease *lease = calloc(1, sizeof *lease);
    if (!lease)
        return cr_err_set(err, CR_ENOMEM, "registry: no memory");
    lease->log = log;
    lease->leaves = leaves;
    lease->retry_ms = RETRY_FIRST_MS;
    cr_mutex_init(&lease->mutex);
    cr_cond_init(&lease->cond);
    int rc = cr_registry_link_new(link, &lease->link, err);
    if (rc)
        cr_registry_lease_free(lease);
    else
        *out_lease = lease;
    return rc;
}

void cr_registry_lease_free(struct cr_registry_lease *lease)
{
    if (!lease)
        return;
    cr_mutex_lock(&lease->mutex);
    lease->stopping = true;
    cr_cond_broadcast(&lease->cond);
    cr_mutex_unlock(&lease->mutex);
    if (lease->link)
        cr_registry_link_interrupt(lease->link);
    cr_thread_join(&lease->thread);
    cr_registry_link_free(lease->link);
    cr_wire_instance_free(lease->self);
    cr_buf_free(&lease->answer.body);
    free(lease->path);
    cr_cond_fini(&lease->cond);
    cr_mutex_fini(&lease->mutex);
    free(lease);
}

/* ---- state and its log lines ---- */

static void contact_worked(struct cr_registry_lease *lease, bool registered_now)
{
    char url[256];
    cr_registry_link_url(lease->link, url, sizeof url);
    if (lease->failed || registered_now)
        cr_log_info(lease->log, "registry.registered", "%.*s as %s at %s",
                    CR_SLICE_ARG(cr_wire_instance_id(lease->self)), lease->path, url);
    lease->failed = false;
    lease->retry_ms = RETRY_FIRST_MS;
    CR_LOCKED(&lease->mutex);
    lease->state.registered = true;
    lease->state.renewed_ms = cr_clock_ms();
    lease->state.problem[0] = '\0';
}

static void contact_lost(struct cr_registry_lease *lease)
{
    const char *problem = lease->answer.problem;
    if (!lease->failed)
        cr_log_warn(lease->log, "registry.unreachable",
                    "cannot register or renew, trying again at least every %d ms: %s",
                    RETRY_MOST_MS, problem);
    lease->failed = true;
    CR_LOCKED(&lease->mutex);
    lease->state.registered = false;
    snprintf(lease->state.problem, sizeof lease->state.problem, "%s", problem);
}

/* ---- registering and renewing ---- */

static bool is_interrupted(struct cr_registry_lease *lease)
{
    CR_LOCKED(&lease->mutex);
    return lease->stopping || (lease->leaving && !lease->left);
}

/* {"instance":{...}} */
static void render_self(const struct cr_registry_lease *lease, struct cr_buf *out)
{
    cr_buf_text(out, "{\"instance\":");
    cr_wire_instance_write(lease->self, out);
    cr_buf_char(out, '}');
}

static bool register_self(struct cr_registry_lease *lease)
{
    CR_AUTO(cr_buf) body = {0};
    CR_AUTO(cr_buf) path = {0};
    lease->self->last_dirty_ms = cr_clock_wall_ms();
    lease->self->last_updated_ms = lease->self->last_dirty_ms;
    render_self(lease, &body);
    cr_buf_text(&path, "apps/");
    cr_url_encode(&path, lease->self->app, "");
    if (cr_buf_status(&body) || cr_buf_status(&path))
        return false;
    lease->may_be_registered = true; /* the answer may get lost */
    const struct cr_registry_request request = {
        .method = "POST", .path = path.data, .body = cr_buf_view(&body)};
    return cr_registry_link_call(lease->link, &request, &lease->answer) == 0;
}

/* True if a server renewed the lease; *out_known becomes false when one says that it has none. */
static bool renew_self(struct cr_registry_lease *lease, bool *out_known)
{
    CR_AUTO(cr_buf) path = {0};
    cr_buf_printf(&path, "%s?status=%s&lastDirtyTimestamp=%" PRId64, lease->path,
                  cr_wire_status_name(lease->self->status), lease->self->last_dirty_ms);
    if (cr_buf_status(&path))
        return false;
    const struct cr_registry_request request = {
        .method = "PUT", .path = path.data, .settles = {404}};
    bool answered = cr_registry_link_call(lease->link, &request, &lease->answer) == 0;
    *out_known = !answered || lease->answer.status != 404;
    return answered && *out_known;
}

static int64_t renewal_ms(const struct cr_registry_lease *lease)
{
    int64_t renewal_s = lease->self->lease.renewal_s;
    return MS_PER_S * (renewal_s > 0 ? renewal_s : CR_WIRE_LEASE_RENEWAL_S);
}

static void set_next_contact(struct cr_registry_lease *lease, int64_t at_ms)
{
    CR_LOCKED(&lease->mutex);
    lease->next_contact_ms = at_ms;
}

static void set_leased(struct cr_registry_lease *lease)
{
    CR_LOCKED(&lease->mutex);
    lease->leased = lease->known;
}

/* One renewal, or one registration where there is no lease (any more). */
static void contact(struct cr_registry_lease *lease)
{
    int64_t began_ms = cr_clock_ms();
    bool worked = lease->known && renew_self(lease, &lease->known);
    bool registered = !lease->known && register_self(lease);
    lease->known = lease->known || registered;
    set_leased(lease);
    if (worked || registered) {
        contact_worked(lease, registered);
        set_next_contact(lease, began_ms + renewal_ms(lease));
    } else if (!is_interrupted(lease)) {
        contact_lost(lease);
        set_next_contact(lease, cr_clock_ms() + lease->retry_ms);
        lease->retry_ms = cr_min_i64(2 * lease->retry_ms, RETRY_MOST_MS);
    }
}

static void leave_now(struct cr_registry_lease *lease)
{
    cr_registry_link_resume(lease->link);
    if (lease->may_be_registered && lease->leaves) {
        const struct cr_registry_request request = {
            .method = "DELETE", .path = lease->path, .settles = {404}, .total_ms = LEAVE_MS};
        if (cr_registry_link_call(lease->link, &request, &lease->answer) == 0)
            cr_log_info(lease->log, "registry.left", "%s", lease->path);
        else
            cr_log_warn(lease->log, "registry.leave-failed", "the lease will expire by itself: %s",
                        lease->answer.problem);
    }
    lease->known = false;
    CR_LOCKED(&lease->mutex);
    lease->leased = false;
    lease->state.registered = false;
    lease->left = true;
    cr_cond_broadcast(&lease->cond);
}

/* ---- the thread ---- */

enum turn { STOP, LEAVE, CONTACT };

/* Waits until something is to be done, and says what. */
static enum turn next_turn(struct cr_registry_lease *lease)
{
    CR_LOCKED(&lease->mutex);
    for (;;) {
        if (lease->stopping)
            return STOP;
        if (lease->leaving && !lease->left)
            return LEAVE;
        if (!lease->self || lease->leaving)
            cr_cond_wait(&lease->cond, &lease->mutex);
        else if (lease->next_contact_ms <= cr_clock_ms())
            return CONTACT;
        else
            cr_cond_wait_until(&lease->cond, &lease->mutex, lease->next_contact_ms);
    }
}

static void run(void *ctx)
{
    struct cr_registry_lease *lease = ctx;
    for (;;) {
        switch (next_turn(lease)) {
        case STOP:
            return;
        case LEAVE:
            leave_now(lease);
            break;
        case CONTACT:
            contact(lease);
            break;
        }
    }
}

int cr_registry_lease_start(struct cr_registry_lease *lease, struct cr_err *err)
{
    return cr_thread_start(&lease->thread, "registry", run, lease, err);
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

int cr_registry_lease_register(struct cr_registry_lease *lease, const struct cr_wire_instance *self,
                               struct cr_err *err)
{
    CR_ASSERT(lease->self == NULL);
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
    CR_LOCKED(&lease->mutex);
    lease->path = path;
    lease->self = copy;
    lease->next_contact_ms = cr_clock_ms();
    cr_cond_broadcast(&lease->cond);
    return 0;
}

void cr_registry_lease_leave(struct cr_registry_lease *lease)
{
    CR_LOCKED(&lease->mutex);
    if (!lease->thread.started || lease->leaving || !lease->self)
        return;
    lease->leaving = true;
    cr_cond_broadcast(&lease->cond);
    cr_registry_link_interrupt(lease->link);
    while (!lease->left && !lease->stopping)
        cr_cond_wait(&lease->cond, &lease->mutex);
}

void cr_registry_lease_renew(struct cr_registry_lease *lease)
{
    CR_LOCKED(&lease->mutex);
    lease->next_contact_ms = cr_min_i64(lease->next_contact_ms, cr_clock_ms());
    cr_cond_broadcast(&lease->cond);
}

struct cr_registry_self cr_registry_lease_self(struct cr_registry_lease *lease)
{
    CR_LOCKED(&lease->mutex);
    return (struct cr_registry_self){lease->self, lease->leased && !lease->leaving};
}

void cr_registry_lease_state(struct cr_registry_lease *lease,
                             struct cr_registry_lease_state *out_state)
{
    cr_mutex_lock(&lease->mutex);
    *out_state = lease->state;
    cr_mutex_unlock(&lease->mutex);
    cr_registry_link_url(lease->link, out_state->url, sizeof out_state->url);
}
