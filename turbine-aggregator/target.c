/* From an instance to its cluster and the URL of its stream. */
#include "target.h"

#include <ctype.h>
#include <string.h>

#include "cr_buf.h"

static const char default_suffix[] = "actuator/hystrix.stream";
static const char boot1_suffix[] = "hystrix.stream";

/* --- the cluster's name --- */

/* The text between equal quotes at both ends. */
static bool unquote(struct cr_slice text, struct cr_slice *out_inner)
{
    text = cr_slice_trim(text);
    if (text.len < 2 || (text.ptr[0] != '\'' && text.ptr[0] != '"') ||
        text.ptr[text.len - 1] != text.ptr[0])
        return false;
    *out_inner = cr_slice_sub(text, 1, text.len - 1);
    return cr_slice_find(*out_inner, text.ptr[0]) < 0;
}

/* `prefix 'x' suffix`, as in metadata['x'] and new String("x"). */
static bool wrapped(struct cr_slice text, struct cr_slice prefix, struct cr_slice suffix,
                    struct cr_slice *out_inner)
{
    return text.len >= prefix.len + suffix.len && cr_slice_starts(text, prefix) &&
           cr_slice_ends(text, suffix) &&
           unquote(cr_slice_sub(text, prefix.len, text.len - suffix.len), out_inner);
}

int expression_parse(const char *source, struct expression *out_expression, struct cr_err *err)
{
    struct cr_slice text = cr_slice_trim(cr_slice_of(source));
    struct cr_slice inner = {0};
    struct expression expression = {.kind = EXPRESSION_APP_NAME};
    if (unquote(text, &inner) || wrapped(text, CR_SLICE("new String("), CR_SLICE(")"), &inner))
        expression = (struct expression){EXPRESSION_LITERAL, inner};
    else if (wrapped(text, CR_SLICE("metadata["), CR_SLICE("]"), &inner))
        expression = (struct expression){EXPRESSION_METADATA, inner};
    else if (!cr_slice_is(text, "appName") && !cr_slice_is(text, "serviceId"))
        return cr_err_set(err, CR_EINVAL,
                          "turbine.clusterNameExpression: '%s' is not understood; use appName, "
                          "serviceId, 'name', new String(\"name\") or metadata['key']",
                          source);
    *out_expression = expression;
    return 0;
}

static const char *upper_case(struct cr_arena *arena, const char *text)
{
    char *copy = cr_arena_text(arena, text);
    for (char *c = copy; c && *c; c++)
        *c = (char)toupper((unsigned char)*c);
    return copy;
}

/* NULL: the instance belongs nowhere (or memory ended, which the arena knows). */
static const char *cluster_of(const struct target_rules *rules, const struct cr_instance *instance,
                              struct cr_arena *arena)
{
    if (rules->app_count == 0)
        return "default";
    switch (rules->cluster_name.kind) {
    case EXPRESSION_LITERAL:
        return cr_arena_slice(arena, rules->cluster_name.text);
    case EXPRESSION_METADATA: {
        const char *key = cr_arena_slice(arena, rules->cluster_name.text);
        return key ? cr_instance_metadata(instance, key) : NULL;
    }
    case EXPRESSION_APP_NAME:
    default:
        return upper_case(arena, instance->app);
    }
}

static bool listed(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (cr_slice_equal_nocase(cr_slice_trim(cr_slice_of(names[i])), cr_slice_of(name)))
            return true;
    }
    return false;
}

bool target_cluster_wanted(const struct target_rules *rules, const char *cluster)
{
    return rules->cluster_count == 0 || rules->app_count == 0 ||
           listed(rules->clusters, rules->cluster_count, cluster);
}

/* --- the URL --- */

struct address {
    const char *scheme;
    const char *host;
    int port; /* 0: none is known */
};

static struct address address_of(const struct cr_instance *instance)
{
    if (instance->secure_port > 0)
        return (struct address){"https", instance->host, instance->secure_port};
    return (struct address){"http", instance->host, instance->management_port};
}

static const char *without_slash(const char *suffix)
{
    return suffix[0] == '/' ? suffix + 1 : suffix;
}

static void add_url(struct target *target, const struct address *address, bool with_port,
                    const char *suffix, struct cr_arena *arena)
{
    const char *url;
    if (with_port)
        url = cr_arena_printf(arena, "%s://%s:%d/%s", address->scheme, address->host, address->port,
                              without_slash(suffix));
    else
        url = cr_arena_printf(arena, "%s://%s%s", address->scheme, address->host, suffix);
    target->urls[target->url_count++] = url;
}

static const char *host_of(const struct target_rules *rules, const struct cr_instance *instance,
                           struct cr_arena *arena)
{
    if (!rules->combine_host_port)
        return cr_arena_text(arena, instance->host);
    return cr_arena_printf(arena, "%s:%d", instance->host, instance->management_port);
}

/* Boot 1 has the stream elsewhere; with a suffix of one's own nobody is second-guessed. */
static void add_urls(struct target *target, const struct address *address, const char *suffix,
                     bool with_port, struct cr_arena *arena)
{
    add_url(target, address, with_port, suffix ? suffix : default_suffix, arena);
    if (!suffix && with_port)
        add_url(target, address, with_port, boot1_suffix, arena);
}

/* A certificate names the host, so only a plain address can be replaced. */
static bool has_other_address(const struct cr_instance *instance)
{
    return instance->secure_port <= 0 && instance->ip && *instance->ip &&
           !cr_slice_equal_nocase(cr_slice_of(instance->ip), cr_slice_of(instance->host));
}

static int make_urls(const struct target_rules *rules, const struct cr_instance *instance,
                     struct cr_arena *arena, struct target *target, struct cr_err *err)
{
    struct address address = address_of(instance);
    bool with_port = rules->combine_host_port || rules->insert_port(rules->ctx, target->cluster);
    if (with_port && address.port <= 0)
        return cr_err_set(err, CR_EINVAL, "instance '%s' of '%s' has no port", instance->id,
                          instance->app);
    const char *suffix = rules->suffix(rules->ctx, target->cluster, arena);
    add_urls(target, &address, suffix, with_port, arena);
    if (has_other_address(instance)) {
        address.host = instance->ip;
        add_urls(target, &address, suffix, with_port, arena);
    }
    return 0;
}

int target_of(const struct target_rules *rules, const struct cr_instance *instance,
              struct cr_arena *arena, struct target *out_target, struct cr_err *err)
{
    if (instance->status != CR_WIRE_UP)
        return CR_ENOTFOUND;
    if (rules->app_count > 0 && !listed(rules->apps, rules->app_count, instance->app))
        return CR_ENOTFOUND;
    struct target target = {.cluster = cluster_of(rules, instance, arena)};
    if (cr_arena_failed(arena))
        return cr_err_set(err, CR_ENOMEM, "instance '%s': out of memory", instance->id);
    if (!target.cluster || !*target.cluster || !target_cluster_wanted(rules, target.cluster))
        return CR_ENOTFOUND;
    int rc = make_urls(rules, instance, arena, &target, err);
    if (rc)
        return rc;
    target.host = host_of(rules, instance, arena);
    if (cr_arena_failed(arena))
        return cr_err_set(err, CR_ENOMEM, "instance '%s': out of memory", instance->id);
    *out_target = target;
    return 0;
}
