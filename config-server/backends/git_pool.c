/* git_pool: a map for finding and a list in the order of use for leaving. */
#include "git_pool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cr_arena.h"
#include "cr_buf.h"
#include "cr_list.h"
#include "cr_log.h"
#include "cr_map.h"
#include "cr_thread.h"

struct entry {
    struct git_pooled pooled;
    struct cr_list by_use; /* the head's next was used last */
    struct cr_arena *arena;
    const struct git_settings *settings;
    struct cr_slice uri;         /* while it is opened */
    const char *folder, *mirror; /* of a remote one; else NULL */
    struct cr_slice key;
    size_t held;
    bool made;
};

struct git_pool {
    struct git_pool_options options;
    char folder[4096];
    struct cr_mutex lock;
    struct cr_map *entries;
    struct cr_list by_use;
    size_t made_count;
    bool draining;
};

static void free_entry(struct entry *entry)
{
    if (!entry)
        return;
    git_backend_close(entry->pooled.backend);
    cr_arena_free(entry->arena);
    free(entry);
}

static void append_proxy(const struct http_proxy *proxy, struct cr_buf *out)
{
    const char *const texts[] = {proxy->host, proxy->username, proxy->password,
                                 proxy->non_proxy_hosts};
    for (size_t i = 0; i < CR_COUNT(texts); i++) {
        cr_buf_char(out, '\0');
        cr_buf_text(out, texts[i]);
    }
    cr_buf_int(out, proxy->port);
}

/* All on which the connection rests: nobody is served by another's credentials. */
static void append_key(const struct git_settings *settings, struct cr_slice uri, struct cr_buf *out)
{
    const struct ssh_login *ssh = &settings->ssh;
    const char *const texts[] = {
        settings->username,    settings->password,      settings->basedir,
        ssh->private_key,      ssh->passphrase,         ssh->host_key,
        ssh->known_hosts_file, ssh->host_key_algorithm, ssh->preferred_authentications};
    cr_buf_slice(out, uri);
    for (size_t i = 0; i < CR_COUNT(texts); i++) {
        cr_buf_char(out, '\0');
        cr_buf_text(out, texts[i] ? texts[i] : "");
    }
    append_proxy(&settings->proxies.http, out);
    append_proxy(&settings->proxies.https, out);
    cr_buf_char(out, settings->skip_ssl_validation ? '1' : '0');
    cr_buf_char(out, ssh->any_host_key ? '1' : '0');
    cr_buf_char(out, ssh->ignore_local ? '1' : '0');
    cr_buf_int(out, settings->timeout_s);
    cr_buf_char(out, ' ');
    cr_buf_int(out, settings->refresh_rate_s);
}

/* Two that reach one repository in different ways keep a mirror each. */
static int name_mirror(struct git_pool *pool, struct entry *entry,
                       struct git_backend_options *options, struct cr_err *err)
{
    size_t cursor = 0;
    void *value;
    struct cr_slice key;
    struct repository_uri *uri = &options->uri;
    while (uri->mirror_name && cr_map_next(pool->entries, &cursor, &key, &value)) {
        const struct entry *other = value;
        if (!other->mirror || strcmp(other->mirror, uri->mirror_name) != 0 ||
            strcmp(other->folder, options->folder) != 0)
            continue;
        char *name = cr_arena_printf(entry->arena, "%s-%s", entry->settings->name, other->mirror);
        if (!name)
            return cr_err_set(err, CR_ENOMEM, "out of memory");
        for (char *slash = strchr(name, '/'); slash; slash = strchr(slash, '/'))
            *slash = '_';
        uri->mirror_name = name;
        cursor = 0;
    }
    entry->folder = options->folder;
    entry->mirror = uri->mirror_name;
    return 0;
}

static int open_backend(struct git_pool *pool, struct entry *entry, struct cr_err *err)
{
    const struct git_settings *settings = entry->settings;
    bool own = settings->basedir && *settings->basedir;
    struct git_backend_options options = {
        .default_label = settings->default_label,
        .try_master = settings->try_master,
        .is_made = entry->made,
        .is_optional = entry->made || settings->patterns.count > 0,
        .refs_poll_ms = pool->options.refs_poll_ms,
        .username = settings->username,
        .password = settings->password,
        .folder = own ? settings->basedir : pool->folder,
        .folder_key = own ? cr_arena_printf(entry->arena, "%sbasedir", settings->key) : "",
        .skip_ssl_validation = settings->skip_ssl_validation,
        .ssh = settings->ssh,
        .proxies = settings->proxies,
        .refresh_ms = settings->refresh_rate_s * 1000,
        .timeout_ms = settings->timeout_s * 1000,
        .fetch_max_ms = pool->options.fetch_max_ms,
        .log = pool->options.log,
        .moved = pool->options.moved,
        .ctx = pool->options.ctx,
    };
    const char *key = cr_arena_printf(entry->arena, "%suri", settings->key);
    if (!key || !options.folder_key)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    int rc = repository_uri_parse(key, entry->uri, entry->arena, &options.uri, err);
    if (rc == 0)
        rc = name_mirror(pool, entry, &options, err);
    return rc < 0 ? rc : git_backend_open(&options, &entry->pooled.backend, err);
}

static struct entry *new_entry(struct git_pool *pool, const struct git_settings *settings,
                               struct cr_slice uri, bool made)
{
    struct entry *entry = calloc(1, sizeof(*entry));
    if (!entry)
        return NULL;
    entry->pooled.pool = pool;
    entry->arena = cr_arena_new(0);
    entry->settings = settings;
    entry->uri = uri;
    entry->made = made;
    return entry;
}

/* Under lock: the one made from a request that was used before all others and that nobody holds,
 * out of the pool. */
static struct entry *take_unused(struct git_pool *pool)
{
    for (struct cr_list *node = pool->by_use.prev; node != &pool->by_use; node = node->prev) {
        struct entry *entry = CR_CONTAINER(node, struct entry, by_use);
        if (!entry->made || entry->held > 0)
            continue;
        cr_list_remove(&entry->by_use);
        (void)cr_map_remove(pool->entries, entry->key);
        pool->made_count--;
        return entry;
    }
    return NULL;
}

/* Under lock. */
static int add_entry(struct git_pool *pool, struct entry *entry, struct cr_slice key,
                     struct cr_err *err)
{
    const char *kept = cr_arena_slice(entry->arena, key);
    entry->key = (struct cr_slice){kept, key.len};
    if (!kept || cr_map_put(pool->entries, key, entry) < 0)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    cr_list_push_front(&pool->by_use, &entry->by_use);
    pool->made_count += entry->made;
    if (pool->draining)
        git_backend_drain(entry->pooled.backend);
    return 0;
}

/* Room for one more: *out_unused is to be closed when the lock is open. */
static int make_room(struct git_pool *pool, struct entry **out_unused, struct cr_err *err)
{
    if (pool->made_count < pool->options.made_max)
        return 0;
    *out_unused = take_unused(pool);
    if (*out_unused)
        return 0;
    return cr_err_set(err, CR_EUNAVAILABLE,
                      "%zu repositories made from requests are open and in use, the most that "
                      "crema.config.repositories-max allows",
                      pool->made_count);
}

/* Under lock: opened, and in the pool under the key. */
static int open_entry(struct git_pool *pool, struct cr_slice key, struct entry *entry,
                      struct cr_err *err)
{
    int rc =
        entry->arena ? open_backend(pool, entry, err) : cr_err_set(err, CR_ENOMEM, "out of memory");
    return rc < 0 ? rc : add_entry(pool, entry, key, err);
}

/* Under lock. */
static struct entry *find_entry(struct git_pool *pool, struct cr_slice key)
{
    struct entry *entry = cr_map_get(pool->entries, key);
    if (!entry)
        return NULL;
    cr_list_remove(&entry->by_use);
    cr_list_push_front(&pool->by_use, &entry->by_use);
    return entry;
}

int git_pool_get(struct git_pool *pool, const struct git_settings *settings, struct cr_slice uri,
                 bool made, struct git_pooled **out_pooled, struct cr_err *err)
{
    CR_AUTO(cr_buf) key = {0};
    struct entry *unused = NULL;
    int rc = 0;
    append_key(settings, uri, &key);
    if (cr_buf_status(&key) < 0)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    cr_mutex_lock(&pool->lock);
    struct entry *entry = find_entry(pool, cr_buf_view(&key));
    if (!entry) {
        entry = new_entry(pool, settings, uri, made);
        rc = entry ? 0 : cr_err_set(err, CR_ENOMEM, "out of memory");
        if (rc == 0 && made)
            rc = make_room(pool, &unused, err);
        if (rc == 0)
            rc = open_entry(pool, cr_buf_view(&key), entry, err);
        if (rc < 0) {
            free_entry(entry);
            entry = NULL;
        }
    }
    if (entry) {
        entry->held++;
        *out_pooled = &entry->pooled;
    }
    cr_mutex_unlock(&pool->lock);
    free_entry(unused);
    return rc;
}

void git_pool_put(struct git_pooled *pooled)
{
    struct entry *entry = CR_CONTAINER(pooled, struct entry, pooled);
    CR_LOCKED(&pooled->pool->lock);
    entry->held--;
}

void git_pool_each(struct git_pool *pool, void (*visit)(void *ctx, struct git_backend *backend),
                   void *ctx)
{
    size_t cursor;
    void *value;
    struct cr_slice key;
    CR_LOCKED(&pool->lock);
    for (int made = 0; made <= 1; made++) {
        for (cursor = 0; cr_map_next(pool->entries, &cursor, &key, &value);) {
            struct entry *entry = value;
            if (entry->made == (made == 1))
                visit(ctx, entry->pooled.backend);
        }
    }
}

int git_pool_new(const struct git_pool_options *options, struct git_pool **out_pool,
                 struct cr_err *err)
{
    struct git_pool *pool = calloc(1, sizeof(*pool));
    struct cr_map *entries = cr_map_new(0, NULL);
    if (!pool || !entries) {
        free(pool);
        cr_map_free(entries);
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    }
    pool->options = *options;
    pool->entries = entries;
    (void)snprintf(pool->folder, sizeof(pool->folder), "%s/data/config", options->home);
    cr_mutex_init(&pool->lock);
    cr_list_init(&pool->by_use);
    *out_pool = pool;
    return 0;
}

void git_pool_drain(struct git_pool *pool)
{
    size_t cursor = 0;
    void *value;
    struct cr_slice key;
    CR_LOCKED(&pool->lock);
    pool->draining = true;
    while (cr_map_next(pool->entries, &cursor, &key, &value))
        git_backend_drain(((struct entry *)value)->pooled.backend);
}

void git_pool_free(struct git_pool *pool)
{
    if (!pool)
        return;
    size_t cursor = 0;
    void *value;
    struct cr_slice key;
    /* Without the lock: who still waits for a fetch is let go, and puts back. */
    while (cr_map_next(pool->entries, &cursor, &key, &value))
        free_entry(value);
    cr_map_free(pool->entries);
    cr_mutex_fini(&pool->lock);
    free(pool);
}
