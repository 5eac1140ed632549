/* The lease and the following of the instances, together. */
#include "cr_registry_client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cr_registry_follower_private.h"
#include "cr_registry_lease_private.h"

enum {
    FETCH_MS = 1000,
    EAGER_MS = 100,
    CONNECT_TIMEOUT_MS = 2000,
    TIMEOUT_MS = 5000,
    SILENCE_MS = 45000,
    TRUST_MS = 24 * 3600 * 1000,
    CACHE_MS = 5000,
};
static const size_t body_max_bytes = (size_t)64 * 1024 * 1024;

struct cr_registry_client {
    struct cr_instances *instances;
    struct cr_registry_lease *lease;
    struct cr_registry_follower *follower; /* NULL: nothing is fetched */
};

static int64_t or_default(int64_t value, int64_t fallback)
{
    return value > 0 ? value : fallback;
}

static int make_follower(struct cr_registry_client *client,
                         const struct cr_registry_client_options *options,
                         const struct cr_registry_link_options *link, struct cr_err *err)
{
    const struct cr_registry_follower_options follower = {
        .link = *link,
        .book = {.log = options->log,
                 .instances = client->instances,
                 .cache_path = options->cache_path,
                 .cache_ms = or_default(options->cache_ms, CACHE_MS),
                 .trust_ms = or_default(options->trust_ms, TRUST_MS)},
        .log = options->log,
        .lease = client->lease,
        .watches = !options->polls,
        .fetch_ms = or_default(options->fetch_ms, FETCH_MS),
        .eager_ms = or_default(options->eager_ms, EAGER_MS),
        .silence_ms = or_default(options->silence_ms, SILENCE_MS),
    };
    return cr_registry_follower_new(&follower, &client->follower, err);
}

int cr_registry_client_new(const struct cr_registry_client_options *options,
                           struct cr_registry_client **out_client, struct cr_err *err)
{
    struct cr_registry_client *client = calloc(1, sizeof *client);
    if (!client)
        return cr_err_set(err, CR_ENOMEM, "registry: no memory");
    const struct cr_registry_link_options link = {
        .http = options->http,
        .urls = options->urls,
        .connect_timeout_ms = or_default(options->connect_timeout_ms, CONNECT_TIMEOUT_MS),
        .timeout_ms = or_default(options->timeout_ms, TIMEOUT_MS),
        .body_max_bytes = options->body_max_bytes ? options->body_max_bytes : body_max_bytes,
    };
    client->instances = cr_instances_new();
    int rc = client->instances
                 ? cr_registry_lease_new(&link, options->log, options->leaves, &client->lease, err)
                 : cr_err_set(err, CR_ENOMEM, "registry: no memory");
    if (rc == 0 && options->fetches)
        rc = make_follower(client, options, &link, err);
    if (rc)
        cr_registry_client_free(client);
    else
        *out_client = client;
    return rc;
}

int cr_registry_client_start(struct cr_registry_client *client, struct cr_err *err)
{
    int rc = cr_registry_lease_start(client->lease, err);
    if (rc == 0 && client->follower)
        rc = cr_registry_follower_start(client->follower, err);
    return rc;
}

/* The follower asks the lease, so it ends first. */
void cr_registry_client_free(struct cr_registry_client *client)
{
    if (!client)
        return;
    cr_registry_follower_free(client->follower);
    cr_registry_lease_free(client->lease);
    cr_instances_free(client->instances);
    free(client);
}

int cr_registry_client_register(struct cr_registry_client *client,
                                const struct cr_wire_instance *self, struct cr_err *err)
{
    return cr_registry_lease_register(client->lease, self, err);
}

void cr_registry_client_leave(struct cr_registry_client *client)
{
    cr_registry_lease_leave(client->lease);
}

int cr_registry_client_want(struct cr_registry_client *client, struct cr_slice service_id)
{
    return client->follower ? cr_registry_follower_want(client->follower, service_id) : 0;
}

struct cr_instances *cr_registry_client_instances(struct cr_registry_client *client)
{
    return client->instances;
}

void cr_registry_client_state(struct cr_registry_client *client,
                              struct cr_registry_client_state *out_state)
{
    struct cr_registry_lease_state lease;
    struct cr_registry_follower_state follower = {.source = CR_REGISTRY_BY_NOTHING};
    cr_registry_lease_state(client->lease, &lease);
    if (client->follower)
        cr_registry_follower_state(client->follower, &follower);
    *out_state = (struct cr_registry_client_state){
        .registered = lease.registered,
        .fetched = follower.fetched,
        .source = follower.source,
        .kept = follower.kept,
        .renewed_ms = lease.renewed_ms,
        .fetched_ms = follower.confirmed_ms,
    };
    snprintf(out_state->url, sizeof out_state->url, "%s",
             client->follower ? follower.url : lease.url);
    snprintf(out_state->problem, sizeof out_state->problem, "%s",
             lease.problem[0] ? lease.problem : follower.problem);
}

void cr_registry_client_poke(struct cr_registry_client *client)
{
    cr_registry_lease_renew(client->lease);
    if (client->follower)
        cr_registry_follower_poke(client->follower);
}
