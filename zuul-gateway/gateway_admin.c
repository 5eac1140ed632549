/* The actuator's pages about routes. */
#include "gateway_admin.h"

#include "cr_json_writer.h"
#include "octet.h"

/* --- routes --- */

static void write_lower(struct cr_json_writer *w, struct cr_slice name)
{
    CR_AUTO(cr_buf) lower = {0};
    for (size_t i = 0; i < name.len; i++)
        cr_buf_char(&lower, octet_lower(name.ptr[i]));
    cr_json_string(w, cr_buf_view(&lower));
}

static void write_sensitive(struct cr_json_writer *w, const struct route *route)
{
    const struct name_set *names = &route->policy.sensitive;
    if (!route->custom_sensitive || (names->count == 0 && names->known == 0))
        return;
    cr_json_pair_array(w, "sensitiveHeaders");
    for (size_t id = 0; id < FIELD_COUNT; id++)
        if (names->known & field_bit((enum field_id)id))
            cr_json_text(w, field_name_text((enum field_id)id));
    for (size_t i = 0; i < names->count; i++)
        write_lower(w, names->names[i]);
    cr_json_end_array(w);
}

static void write_details(struct cr_json_writer *w, const struct route *route)
{
    cr_json_begin_object(w);
    cr_json_pair_text(w, "id", route->id);
    cr_json_pair_string(w, "fullPath", route->pattern.text);
    cr_json_pair_text(w, "location", route->location);
    cr_json_pair_string(w, "path", route->own_path);
    if (route->policy.prefix.len > 0)
        cr_json_pair_string(w, "prefix", route->policy.prefix);
    cr_json_pair_bool(w, "retryable", route->retryable);
    write_sensitive(w, route);
    cr_json_pair_bool(w, "customSensitiveHeaders", route->custom_sensitive);
    cr_json_pair_bool(w, "prefixStripped", route->prefix_stripped);
    cr_json_end_object(w);
}

struct page {
    struct cr_json_writer *w;
    bool details;
};

static void write_routes(const struct snapshot *snapshot, void *ctx)
{
    const struct page *page = ctx;
    for (size_t i = 0; i < route_table_count(snapshot->routes); i++) {
        const struct route *route = route_table_at(snapshot->routes, i);
        cr_json_key_slice(page->w, route->pattern.text);
        if (page->details)
            write_details(page->w, route);
        else
            cr_json_text(page->w, route->location);
    }
}

void gateway_admin_routes(struct directory *directory, bool details, struct cr_buf *out)
{
    struct cr_json_writer w;
    struct page page = {&w, details};
    cr_json_init(&w, out);
    cr_json_begin_object(&w);
    directory_visit(directory, write_routes, &page);
    cr_json_end_object(&w);
}

/* --- filters --- */

#define ZUUL "org.springframework.cloud.netflix.zuul.filters."

/* By type in alphabetical order, as Zuul's own page. */
static const struct {
    const char *type;
    const char *class;
    int order;
} filters[] = {
    {"error", ZUUL "post.SendErrorFilter", 0},
    {"post", ZUUL "post.SendResponseFilter", 1000},
    {"pre", ZUUL "pre.ServletDetectionFilter", -3},
    {"pre", ZUUL "pre.PreDecorationFilter", 5},
    {"route", ZUUL "route.RibbonRoutingFilter", 10},
    {"route", ZUUL "route.SimpleHostRoutingFilter", 100},
    {"route", ZUUL "route.SendForwardFilter", 500},
};

void gateway_admin_filters(struct cr_buf *out)
{
    struct cr_json_writer w;
    const char *type = NULL;
    cr_json_init(&w, out);
    cr_json_begin_object(&w);
    for (size_t i = 0; i < CR_COUNT(filters); i++) {
        bool next = !type || !cr_slice_is(cr_slice_of(filters[i].type), type);
        if (next && type)
            cr_json_end_array(&w);
        if (next)
            cr_json_pair_array(&w, filters[i].type);
        type = filters[i].type;
        cr_json_begin_object(&w);
        cr_json_pair_text(&w, "class", filters[i].class);
        cr_json_pair_int(&w, "order", filters[i].order);
        cr_json_pair_bool(&w, "disabled", false);
        cr_json_pair_bool(&w, "static", true);
        cr_json_end_object(&w);
    }
    cr_json_end_array(&w);
    cr_json_end_object(&w);
}
