/* Configured instances of services. */
#include "gateway_servers.h"

#include <stdlib.h>
#include <string.h>

#include "cr_arena.h"
#include "cr_int.h"
#include "cr_settings.h"
#include "gateway_settings.h"
#include "octet.h"
#include "target.h"

enum { HTTP_PORT = 80 };

struct gateway_servers {
    struct cr_arena *arena;
    struct directory_service *services;
    size_t count;
};

static int not_a_server(const char *client, const char *text, struct cr_err *err)
{
    return cr_err_set(err, CR_EINVAL, "%s.ribbon.listOfServers: '%s' is no server; write HOST:PORT",
                      client, text);
}

/* "host:port", with or without "http://" in front. */
static int read_server(const char *client, const char *text, struct cr_arena *arena,
                       struct directory_instance *out_instance, struct cr_err *err)
{
    struct cr_slice rest = cr_slice_of(text);
    struct cr_slice host;
    int port;
    if (cr_slice_starts(rest, CR_SLICE("http://")))
        rest = cr_slice_from(rest, strlen("http://"));
    if (rest.len == 0 || !authority_valid(rest))
        return not_a_server(client, text, err);
    authority_split(rest, &host, &port);
    if (host.len > 2 && host.ptr[0] == '[')
        host = cr_slice_sub(host, 1, host.len - 1);
    *out_instance = (struct directory_instance){
        .id = cr_arena_slice(arena, rest),
        .host = cr_arena_slice(arena, host),
        .ip = "",
        .port = port > 0 ? port : HTTP_PORT,
    };
    return cr_arena_failed(arena) ? cr_err_set(err, CR_ENOMEM, "no memory") : 0;
}

static int read_service(const char *client, const struct cr_setting_list *servers,
                        struct cr_arena *arena, struct directory_service *out_service,
                        struct cr_err *err)
{
    struct directory_instance *instances =
        cr_arena_array(arena, servers->count + 1, sizeof *instances);
    char *id = cr_arena_text(arena, client);
    if (!instances || !id)
        return cr_err_set(err, CR_ENOMEM, "no memory");
    for (char *c = id; *c; c++)
        *c = octet_lower(*c);
    for (size_t i = 0; i < servers->count; i++) {
        int rc = read_server(client, servers->items[i], arena, &instances[i], err);
        if (rc)
            return rc;
    }
    *out_service =
        (struct directory_service){.id = id, .instances = instances, .count = servers->count};
    return 0;
}

static int read_all(struct gateway_servers *servers, const struct cr_environment *environment,
                    struct cr_err *err)
{
    struct cr_setting_list clients = {NULL, 0};
    struct cr_arena *arena = servers->arena;
    if (cr_settings_members(&gateway_ribbon_table, environment, arena, &clients))
        return cr_err_set(err, CR_ENOMEM, "no memory");
    servers->services = cr_arena_array(arena, clients.count + 1, sizeof *servers->services);
    if (!servers->services)
        return cr_err_set(err, CR_ENOMEM, "no memory");
    for (size_t i = 0; i < clients.count; i++) {
        struct gateway_ribbon_settings ribbon;
        int rc = cr_settings_bind_member(&gateway_ribbon_table, environment, clients.items[i],
                                         &ribbon, arena, err);
        if (rc == 0 && ribbon.servers.count > 0)
            rc = read_service(clients.items[i], &ribbon.servers, arena,
                              &servers->services[servers->count++], err);
        if (rc)
            return rc;
    }
    return 0;
}

int gateway_servers_new(const struct cr_environment *environment,
                        struct gateway_servers **out_servers, struct cr_err *err)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct gateway_servers *made = arena ? cr_arena_alloc(arena, sizeof *made) : NULL;
    if (!made)
        return cr_err_set(err, CR_ENOMEM, "no memory");
    made->arena = arena;
    int rc = read_all(made, environment, err);
    if (rc)
        return rc;
    *out_servers = made;
    (void)cr_steal(&arena);
    return 0;
}

void gateway_servers_free(struct gateway_servers *servers)
{
    if (servers)
        cr_arena_free(servers->arena);
}

const struct directory_service *gateway_servers_all(const struct gateway_servers *servers,
                                                    size_t *out_count)
{
    *out_count = servers->count;
    return servers->services;
}

bool gateway_servers_has(const struct gateway_servers *servers, const char *service_id)
{
    for (size_t i = 0; i < servers->count; i++)
        if (strcmp(servers->services[i].id, service_id) == 0)
            return true;
    return false;
}
