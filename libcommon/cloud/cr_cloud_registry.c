/* The registry client as a module: fetches from open on, registers at READY, leaves at DRAIN. */
#include "cr_cloud.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cr_arena.h"
#include "cr_clock.h"
#include "cr_cloud_address.h"
#include "cr_log.h"
#include "cr_registry_client.h"
#include "cr_settings.h"

struct registry_settings {
    bool enabled;
    const char *urls;
    bool registers;
    bool fetches;
    bool leaves;
    int64_t fetch_s;
    int64_t connect_s;
    int64_t read_s;
    bool watches;
    int64_t silence_ms;
    int64_t trust_ms;
    int64_t renewal_s;
    int64_t duration_s;
    const char *host;
    const char *ip;
    bool prefer_ip;
    const char *instance_id;
    const char *app;
    const char *vip;
    const char *secure_vip;
    const char *home_page_path;
    const char *status_page_path;
    const char *health_path;
    const char *initial_status;
    struct cr_setting_list ignored;
    struct cr_setting_list preferred;
    bool site_local;
};

#define ROW(key, type, field, fallback, min, max, doc)                                             \
    {                                                                                              \
        key, CR_SETTING_##type, offsetof(struct registry_settings, field), fallback, min, max, 0,  \
            doc                                                                                    \
    }

static const struct cr_setting rows[] = {
    ROW("eureka.client.enabled", BOOL, enabled, "true", 0, 0,
        "Whether to talk to a registry at all."),
    ROW("eureka.client.service-url.defaultZone", TEXT, urls, "http://localhost:9091/eureka/", 0, 0,
        "Registries, comma-separated, tried in order; user:password@ is sent as Basic."),
    ROW("eureka.client.register-with-eureka", BOOL, registers, "true", 0, 0,
        "Whether others shall find this daemon in the registry."),
    ROW("eureka.client.fetch-registry", BOOL, fetches, "true", 0, 0,
        "Whether this daemon needs to know others."),
    ROW("eureka.client.should-unregister-on-shutdown", BOOL, leaves, "true", 0, 0,
        "Whether to leave the registry first thing at the end."),
    ROW("eureka.client.registry-fetch-interval-seconds", INT, fetch_s, "1", 1, 3600,
        "Seconds between two looks at a registry that does not tell its changes itself."),
    ROW("eureka.client.eureka-server-connect-timeout-seconds", INT, connect_s, "2", 1, 600,
        "Time limit in seconds to connect to a registry."),
    ROW("eureka.client.eureka-server-read-timeout-seconds", INT, read_s, "5", 1, 600,
        "Time limit in seconds for a registry's whole answer."),
    ROW("crema.discovery.watch", BOOL, watches, "true", 0, 0,
        "Whether to have a registry tell its changes as they happen, where it can."),
    ROW("crema.discovery.silence", DURATION, silence_ms, "45s", 1000, 3600 * 1000,
        "After how long without a word a registry that tells its changes counts as gone."),
    ROW("crema.discovery.trust", DURATION, trust_ms, "24h", 1000, INT64_C(365) * 24 * 3600 * 1000,
        "How long instances are used that no registry confirms, from memory or from the last run."),
    ROW("eureka.instance.lease-renewal-interval-in-seconds", INT, renewal_s, "3", 1, 3600,
        "Seconds between two renewals of the lease."),
    ROW("eureka.instance.lease-expiration-duration-in-seconds", INT, duration_s, "10", 1, 86400,
        "Seconds after the last renewal at which the registry drops this instance."),
    ROW("eureka.instance.hostname", TEXT, host, "", 0, 0,
        "Host name to register; empty: found out."),
    ROW("eureka.instance.ip-address", TEXT, ip, "", 0, 0, "Address to register; empty: found out."),
    ROW("eureka.instance.prefer-ip-address", BOOL, prefer_ip, "false", 0, 0,
        "Whether the address is registered as the host name."),
    ROW("eureka.instance.instance-id", TEXT, instance_id, "", 0, 0,
        "Identifies this instance; empty: host:application:port."),
    ROW("eureka.instance.appname", TEXT, app, "${spring.application.name}", 0, 0,
        "Application to register as."),
    ROW("eureka.instance.virtual-host-name", TEXT, vip, "${spring.application.name}", 0, 0,
        "Name by which clients look this service up."),
    ROW("eureka.instance.secure-virtual-host-name", TEXT, secure_vip, "${spring.application.name}",
        0, 0, "The same for clients that want TLS."),
    ROW("eureka.instance.home-page-url-path", TEXT, home_page_path, "/", 0, 0,
        "Path of the home page."),
    ROW("eureka.instance.status-page-url-path", TEXT, status_page_path, "/actuator/info", 0, 0,
        "Path of the status page."),
    ROW("eureka.instance.health-check-url-path", TEXT, health_path, "/actuator/health", 0, 0,
        "Path of the health check."),
    ROW("spring.cloud.inetutils.ignored-interfaces", LIST, ignored, NULL, 0, 0,
        "Interfaces whose address is not registered: extended regular expressions of their names."),
    ROW("spring.cloud.inetutils.preferred-networks", LIST, preferred, NULL, 0, 0,
        "Addresses of which one is registered: beginnings or expressions, 10.0 or 10[.]0[.].*; "
        "empty: any."),
    ROW("spring.cloud.inetutils.use-only-site-local-interfaces", BOOL, site_local, "false", 0, 0,
        "Whether only an address of a private network is registered."),
    ROW("eureka.instance.initial-status", TEXT, initial_status, "UP", 0, 0,
        "Status to register with: UP, STARTING or OUT_OF_SERVICE."),
};
const struct cr_setting_table cr_cloud_registry_table = {rows, CR_COUNT(rows)};

struct metadata_settings {
    const char *value;
};
static const struct cr_setting metadata_rows[] = {
    {"eureka.instance.metadata-map.<key>", CR_SETTING_TEXT,
     offsetof(struct metadata_settings, value), NULL, 0, 0, 0,
     "A word about this instance for its clients, e.g. zone."},
};
const struct cr_setting_table cr_cloud_metadata_table = {metadata_rows, CR_COUNT(metadata_rows)};

struct registry_module {
    struct cr_arena *arena; /* of the settings' texts */
    struct registry_settings settings;
    struct cr_registry_client *client; /* NULL while disabled */
};

static int client_new(struct cr_app *app, struct registry_module *module, struct cr_err *err)
{
    const struct registry_settings *settings = &module->settings;
    const char *cache = cr_arena_printf(module->arena, "%s/cache/%s.instances.json",
                                        cr_app_home(app), cr_app_name(app));
    if (!cache)
        return cr_err_set(err, CR_ENOMEM, "registry client: out of memory");
    struct cr_registry_client_options options = {
        .http = cr_app_http_client(app),
        .log = cr_log_get("registry.client"),
        .urls = settings->urls,
        .fetches = settings->fetches,
        .leaves = settings->leaves,
        .polls = !settings->watches,
        .cache_path = cache,
        .silence_ms = settings->silence_ms,
        .trust_ms = settings->trust_ms,
        .fetch_ms = settings->fetch_s * 1000,
        .connect_timeout_ms = settings->connect_s * 1000,
        .timeout_ms = settings->read_s * 1000,
    };
    int rc = cr_registry_client_new(&options, &module->client, err);
    return rc ? rc : cr_registry_client_start(module->client, err);
}

int cr_cloud_registry_open(struct cr_app *app, void **out_state, struct cr_err *err)
{
    struct registry_module *module = calloc(1, sizeof *module);
    if (!module || !(module->arena = cr_arena_new(0))) {
        free(module);
        return cr_err_set(err, CR_ENOMEM, "registry client: out of memory");
    }
    int rc = cr_settings_bind(&cr_cloud_registry_table, cr_app_environment(app), &module->settings,
                              module->arena, err);
    if (!rc && module->settings.enabled)
        rc = client_new(app, module, err);
    if (rc) {
        cr_cloud_registry_stop(app, module);
        return rc;
    }
    *out_state = module;
    return 0;
}

/* The pairs of eureka.instance.metadata-map, and management.port as Spring adds it. */
static int fill_metadata(struct cr_app *app, struct cr_arena *arena, struct cr_wire_instance *self,
                         struct cr_err *err)
{
    struct cr_setting_list members = {NULL, 0};
    int rc =
        cr_settings_members(&cr_cloud_metadata_table, cr_app_environment(app), arena, &members);
    if (rc)
        return cr_err_set(err, rc, "eureka.instance.metadata-map: cannot be read");
    struct cr_wire_pair *pairs = cr_arena_array(arena, members.count + 1, sizeof *pairs);
    if (!pairs)
        return cr_err_set(err, CR_ENOMEM, "registry client: out of memory");
    pairs[0] = (struct cr_wire_pair){CR_SLICE("management.port"),
                                     cr_slice_of(cr_arena_printf(arena, "%d", cr_app_port(app)))};
    for (size_t i = 0; i < members.count; i++) {
        struct metadata_settings metadata;
        rc = cr_settings_bind_member(&cr_cloud_metadata_table, cr_app_environment(app),
                                     members.items[i], &metadata, arena, err);
        if (rc)
            return rc;
        pairs[i + 1] =
            (struct cr_wire_pair){cr_slice_of(members.items[i]), cr_slice_of(metadata.value)};
    }
    self->metadata = pairs;
    self->metadata_count = members.count + 1;
    return 0;
}

static struct cr_slice page_url(struct cr_arena *arena, const char *host, int port,
                                const char *path)
{
    return cr_slice_of(cr_arena_printf(arena, "http://%s:%d%s", host, port, path));
}

static int describe_self(struct cr_app *app, const struct registry_settings *settings,
                         struct cr_arena *arena, struct cr_wire_instance *out_self,
                         struct cr_err *err)
{
    struct cr_cloud_address found;
    const struct cr_cloud_address_options options = {.bound = cr_app_host(app),
                                                     .ignored = settings->ignored,
                                                     .preferred = settings->preferred,
                                                     .site_local = settings->site_local};
    int rc = cr_cloud_address_find(&options, &found, err);
    if (rc)
        return rc;
    const char *ip = *settings->ip ? settings->ip : cr_arena_text(arena, found.ip);
    const char *host = *settings->host ? settings->host : cr_arena_text(arena, found.host);
    if (settings->prefer_ip)
        host = ip;
    int port = cr_app_port(app);
    const char *id = settings->instance_id;
    if (!*id)
        id = cr_arena_printf(arena, "%s:%s:%d", host, cr_app_name(app), port);

    struct cr_wire_instance self = cr_wire_instance_default(cr_clock_wall_ms());
    if (!cr_wire_status_parse(cr_slice_of(settings->initial_status), &self.status))
        return cr_err_set(err, CR_EINVAL,
                          "eureka.instance.initial-status: '%s' is none of UP, STARTING, "
                          "OUT_OF_SERVICE",
                          settings->initial_status);
    self.instance_id = cr_slice_of(id);
    self.host_name = cr_slice_of(host);
    self.app = cr_slice_of(settings->app);
    self.ip_addr = cr_slice_of(ip);
    self.vip_address = cr_slice_of(settings->vip);
    self.secure_vip_address = cr_slice_of(settings->secure_vip);
    self.port = (struct cr_wire_port){port, true};
    self.secure_port = (struct cr_wire_port){443, false};
    self.data_center = CR_WIRE_MY_OWN;
    self.home_page_url = page_url(arena, host, port, settings->home_page_path);
    self.status_page_url = page_url(arena, host, port, settings->status_page_path);
    self.health_check_url = page_url(arena, host, port, settings->health_path);
    self.lease.renewal_s = settings->renewal_s;
    self.lease.duration_s = settings->duration_s;
    rc = fill_metadata(app, arena, &self, err);
    if (rc)
        return rc;
    if (cr_arena_failed(arena))
        return cr_err_set(err, CR_ENOMEM, "registry client: out of memory");
    *out_self = self;
    return 0;
}

int cr_cloud_registry_start(struct cr_app *app, void *state, struct cr_err *err)
{
    struct registry_module *module = state;
    if (!module->client || !module->settings.registers)
        return 0;
    CR_AUTO_ARENA arena = cr_arena_new(0);
    if (!arena)
        return cr_err_set(err, CR_ENOMEM, "registry client: out of memory");
    struct cr_wire_instance self;
    int rc = describe_self(app, &module->settings, arena, &self, err);
    return rc ? rc : cr_registry_client_register(module->client, &self, err);
}

void cr_cloud_registry_drain(struct cr_app *app CR_UNUSED, void *state)
{
    struct registry_module *module = state;
    if (module->client)
        cr_registry_client_leave(module->client);
}

void cr_cloud_registry_stop(struct cr_app *app CR_UNUSED, void *state)
{
    struct registry_module *module = state;
    cr_registry_client_free(module->client);
    cr_arena_free(module->arena);
    free(module);
}

static void tell_source(struct cr_health *health, const struct cr_registry_client_state *now)
{
    static const char *const words[] = {
        [CR_REGISTRY_BY_NOTHING] = "not known yet",
        [CR_REGISTRY_BY_DISK] = "as the last run knew them",
        [CR_REGISTRY_BY_MEMORY] = "as a registry told them last",
        [CR_REGISTRY_BY_POLL] = "asked for",
        [CR_REGISTRY_BY_WATCH] = "told as they change",
    };
    bool aged = now->source == CR_REGISTRY_BY_DISK || now->source == CR_REGISTRY_BY_MEMORY;
    if (aged)
        cr_health_detail(health, "instances", "%s, %" PRId64 " s ago", words[now->source],
                         (cr_clock_ms() - now->fetched_ms) / 1000);
    else
        cr_health_detail(health, "instances", "%s", words[now->source]);
}

/* A registry that is away takes nothing from a daemon that has its snapshot: it is told, not felt.
 */
void cr_cloud_registry_health(void *state, struct cr_health *health)
{
    struct registry_module *module = state;
    if (!module->client) {
        cr_health_detail(health, "client", "disabled by eureka.client.enabled");
        return;
    }
    struct cr_registry_client_state now;
    cr_registry_client_state(module->client, &now);
    cr_health_detail(health, "registry", "%s", now.url);
    cr_health_detail(health, "registered", "%s", now.registered ? "yes" : "no");
    if (module->settings.fetches)
        tell_source(health, &now);
    if (now.kept > 0)
        cr_health_detail(health, "forgotten", "%zu instances, which stay for their lease",
                         now.kept);
    if (now.problem[0]) {
        cr_health_set(health, CR_HEALTH_UNKNOWN);
        cr_health_detail(health, "problem", "%s", now.problem);
    }
}

static struct cr_registry_client *client_of(const struct cr_app *app)
{
    struct registry_module *module = cr_app_module_state(app, CR_CLOUD_MODULE_NAME);
    return module ? module->client : NULL;
}

struct cr_instances *cr_cloud_instances(const struct cr_app *app)
{
    struct cr_registry_client *client = client_of(app);
    return client ? cr_registry_client_instances(client) : NULL;
}

void cr_cloud_want(const struct cr_app *app, const char *service_id)
{
    struct cr_registry_client *client = client_of(app);
    int rc = client ? cr_registry_client_want(client, cr_slice_of(service_id)) : 0;
    if (rc)
        cr_log_warn(cr_log_get("registry.client"), "registry.want",
                    "'%s' will be looked for once a second only: %s", service_id, cr_code_name(rc));
}
