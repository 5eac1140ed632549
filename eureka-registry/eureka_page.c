/* The registry as a table for people. */
#include "eureka_page.h"

#include <stdlib.h>
#include <string.h>

#include "cr_clock.h"

enum { MS_PER_S = 1000, S_PER_MINUTE = 60, S_PER_HOUR = 3600, S_PER_DAY = 86400 };

const char eureka_page_style[] =
    ":root{color-scheme:light dark;--text:#1c1b1a;--soft:#5d5a56;--back:#fbfaf8;--line:#dcd8d2;"
    "--up:#1b6e3c;--down:#a3221b;--other:#7a5200;--link:#124f8c}"
    "@media(prefers-color-scheme:dark){:root{--text:#eceae6;--soft:#aaa69f;--back:#191817;"
    "--line:#3b3936;--up:#7bd39b;--down:#ff958c;--other:#f0c36d;--link:#8fc1f5}}"
    "*{box-sizing:border-box}"
    "body{margin:0 auto;max-width:70rem;padding:1.5rem;background:var(--back);color:var(--text);"
    "font:16px/1.5 system-ui,sans-serif}"
    "h1{font-size:1.5rem;margin:0}"
    "header p{margin:.25rem 0 1.5rem;color:var(--soft)}"
    ".frame{overflow-x:auto}"
    "table{border-collapse:collapse;width:100%}"
    "caption{text-align:left;font-weight:600;padding:.5rem 0}"
    "td{min-width:7rem}"
    "th,td{text-align:left;vertical-align:top;padding:.45rem .75rem .45rem 0;"
    "border-top:1px solid var(--line);overflow-wrap:anywhere}"
    "thead th{border-top:0;color:var(--soft);font-weight:500;white-space:nowrap}"
    "tbody th{font-weight:600}"
    "td.number,td.word{white-space:nowrap}"
    "td.number{font-variant-numeric:tabular-nums}"
    ".UP{color:var(--up);font-weight:600}"
    ".DOWN,.OUT_OF_SERVICE{color:var(--down);font-weight:600}"
    ".STARTING,.UNKNOWN{color:var(--other);font-weight:600}"
    "a{color:var(--link)}"
    "pre{overflow-x:auto;padding:.75rem;border:1px solid var(--line)}"
    "footer{margin-top:1.5rem;color:var(--soft);font-size:.9rem}\n";

/* ---- texts ---- */

static void put_escaped(struct cr_buf *out, struct cr_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '&')
            cr_buf_text(out, "&amp;");
        else if (c == '<')
            cr_buf_text(out, "&lt;");
        else if (c == '>')
            cr_buf_text(out, "&gt;");
        else if (c == '"')
            cr_buf_text(out, "&quot;");
        else if (c == '\'')
            cr_buf_text(out, "&#39;");
        else
            cr_buf_char(out, c);
    }
}

/* "2 d 3 h", "4 min 5 s", "1 s": the two largest units. */
static void put_duration(struct cr_buf *out, int64_t duration_ms)
{
    static const struct {
        int64_t seconds, part;
        const char *name, *part_name;
    } units[] = {
        {S_PER_DAY, S_PER_HOUR, "d", "h"},
        {S_PER_HOUR, S_PER_MINUTE, "h", "min"},
        {S_PER_MINUTE, 1, "min", "s"},
    };
    int64_t seconds = duration_ms > 0 ? duration_ms / MS_PER_S : 0;
    for (size_t i = 0; i < CR_COUNT(units); i++) {
        if (seconds < units[i].seconds)
            continue;
        cr_buf_printf(out, "%lld %s %lld %s", (long long)(seconds / units[i].seconds),
                      units[i].name, (long long)(seconds % units[i].seconds / units[i].part),
                      units[i].part_name);
        return;
    }
    cr_buf_printf(out, "%lld s", (long long)seconds);
}

/* The state as a sign, a word and a colour: none of them alone. */
static void put_status(struct cr_buf *out, enum cr_wire_status status)
{
    static const char *const signs[CR_WIRE_STATUS_COUNT] = {
        [CR_WIRE_DOWN] = "&#10007;",    [CR_WIRE_OUT_OF_SERVICE] = "&#8856;",
        [CR_WIRE_STARTING] = "&#8635;", [CR_WIRE_UNKNOWN] = "?",
        [CR_WIRE_UP] = "&#10003;",
    };
    const char *name = cr_wire_status_name(status);
    cr_buf_printf(out, "<span class=\"%s\"><span aria-hidden=\"true\">%s</span> %s</span>", name,
                  signs[status], name);
}

static bool is_web(struct cr_slice url)
{
    return cr_slice_starts(url, CR_SLICE("http://")) || cr_slice_starts(url, CR_SLICE("https://"));
}

static void put_link(struct cr_buf *out, struct cr_slice url, struct cr_slice text)
{
    if (!is_web(url)) {
        put_escaped(out, text);
        return;
    }
    cr_buf_text(out, "<a rel=\"noreferrer\" href=\"");
    put_escaped(out, url);
    cr_buf_text(out, "\">");
    put_escaped(out, text);
    cr_buf_text(out, "</a>");
}

/* ---- rows ---- */

static void put_address(struct cr_buf *out, const struct cr_wire_instance *record)
{
    put_escaped(out, record->host_name);
    if (record->port.enabled)
        cr_buf_printf(out, ":%lld", (long long)record->port.number);
    if (record->secure_port.enabled)
        cr_buf_printf(out, " (TLS :%lld)", (long long)record->secure_port.number);
    if (!cr_slice_equal(record->host_name, record->ip_addr)) {
        cr_buf_text(out, "<br>");
        put_escaped(out, record->ip_addr);
    }
}

static void put_row(struct cr_buf *out, const struct registry_instance *instance, bool first,
                    size_t rows, struct registry_now now)
{
    const struct cr_wire_instance *record = instance->record;
    cr_buf_text(out, "<tr>");
    if (first) {
        cr_buf_printf(out, "<th scope=\"rowgroup\" rowspan=\"%zu\">", rows);
        put_escaped(out, record->app);
        cr_buf_text(out, "</th>");
    }
    cr_buf_text(out, "<td>");
    put_link(out, record->status_page_url, cr_wire_instance_id(record));
    cr_buf_text(out, "</td><td class=\"word\">");
    put_status(out, record->status);
    cr_buf_text(out, "</td><td>");
    put_address(out, record);
    cr_buf_text(out, "</td><td class=\"number\">");
    put_duration(out, now.wall_ms - record->lease.registration_ms);
    cr_buf_text(out, "</td><td class=\"number\">");
    put_duration(out, instance->lease.due_ms - now.now_ms + MS_PER_S - 1);
    cr_buf_text(out, "</td></tr>\n");
}

static int compare_ids(const void *left, const void *right)
{
    const struct registry_instance *const *a = left;
    const struct registry_instance *const *b = right;
    return cr_slice_compare(cr_wire_instance_id((*a)->record), cr_wire_instance_id((*b)->record));
}

static int compare_apps(const void *left, const void *right)
{
    const struct registry_app *const *a = left;
    const struct registry_app *const *b = right;
    return cr_slice_compare((*a)->name, (*b)->name);
}

/* scratch has room for all instances of the application. */
static void put_app(struct cr_buf *out, const struct registry_app *app,
                    const struct registry_instance **scratch, struct registry_now now)
{
    size_t count = 0;
    size_t cursor = 0;
    const struct registry_instance *instance;
    while ((instance = registry_next_instance(app, &cursor)) != NULL)
        scratch[count++] = instance;
    qsort(scratch, count, sizeof(struct registry_instance *), compare_ids);
    cr_buf_text(out, "<tbody>\n");
    for (size_t i = 0; i < count; i++)
        put_row(out, scratch[i], i == 0, count, now);
    cr_buf_text(out, "</tbody>\n");
}

static void put_table(struct cr_buf *out, const struct registry *registry, struct registry_now now)
{
    size_t room = registry_count(registry) + 1;
    CR_AUTO_FREE const struct registry_instance **scratch =
        calloc(room, sizeof(struct registry_instance *));
    CR_AUTO_FREE const struct registry_app **apps = calloc(room, sizeof(struct registry_app *));
    if (!scratch || !apps) {
        out->failed = CR_ENOMEM;
        return;
    }
    size_t count = 0;
    size_t cursor = 0;
    const struct registry_app *app;
    while ((app = registry_next_app(registry, &cursor)) != NULL)
        apps[count++] = app;
    qsort(apps, count, sizeof(struct registry_app *), compare_apps);
    cr_buf_text(out, "<div class=\"frame\" tabindex=\"0\" role=\"region\" "
                     "aria-labelledby=\"instances\"><table>\n"
                     "<caption id=\"instances\">Instances</caption>\n"
                     "<thead><tr><th scope=\"col\">Application</th><th scope=\"col\">Instance</th>"
                     "<th scope=\"col\">Status</th><th scope=\"col\">Address</th>"
                     "<th scope=\"col\">Registered for</th><th scope=\"col\">Lease ends in</th>"
                     "</tr></thead>\n");
    for (size_t i = 0; i < count; i++)
        put_app(out, apps[i], scratch, now);
    cr_buf_text(out, "</table></div>\n");
}

/* "3 instances: 1 DOWN, 2 UP." */
static void put_summary(struct cr_buf *out, const struct registry *registry)
{
    size_t count = registry_count(registry);
    const char *before = ": ";
    cr_buf_printf(out, "%zu instance%s", count, count == 1 ? "" : "s");
    for (size_t i = 0; i < CR_WIRE_STATUS_COUNT; i++) {
        enum cr_wire_status status = (enum cr_wire_status)i;
        size_t here = registry_status_count(registry, status);
        if (here == 0)
            continue;
        cr_buf_printf(out, "%s%zu %s", before, here, cr_wire_status_name(status));
        before = ", ";
    }
    cr_buf_char(out, '.');
}

static void put_head(struct cr_buf *out, const char *title)
{
    cr_buf_printf(out,
                  "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                  "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                  "<title>%s</title>\n"
                  "<link rel=\"icon\" href=\"data:,\">\n"
                  "<link rel=\"stylesheet\" href=\"" EUREKA_PAGE_STYLE_PATH "\">\n"
                  "</head>\n<body>\n<header>\n<h1>%s</h1>\n",
                  title, title);
}

static void put_foot(struct cr_buf *out, const struct eureka_page *page, struct registry_now now)
{
    char time[CR_RFC3339_SIZE];
    cr_clock_rfc3339(now.wall_ms, time);
    cr_buf_text(out, "</main>\n<footer>Environment ");
    put_escaped(out, cr_slice_of(page->environment));
    cr_buf_text(out, ", data centre ");
    put_escaped(out, cr_slice_of(page->datacenter));
    cr_buf_text(out, ". Up for ");
    put_duration(out, page->uptime_ms);
    cr_buf_printf(out, ". As of <time datetime=\"%s\">%s</time>.</footer>\n</body>\n</html>\n",
                  time, time);
}

void eureka_page_write(const struct eureka_page *page, const struct registry *registry,
                       struct registry_now now, struct cr_buf *out)
{
    put_head(out, "Registry");
    cr_buf_text(out, "<p>");
    put_summary(out, registry);
    cr_buf_text(out, " <a href=\"" EUREKA_PAGE_EVENTS_PATH "\">Last 1000 events</a></p>\n"
                     "</header>\n<main>\n");
    if (registry_count(registry) > 0)
        put_table(out, registry, now);
    else
        cr_buf_text(out, "<p>No instance has registered yet. Clients find this registry at</p>\n"
                         "<pre>eureka.client.service-url.defaultZone: "
                         "http://&lt;this host&gt;:&lt;this port&gt;/eureka/</pre>\n");
    put_foot(out, page, now);
}

static void put_events(struct cr_buf *out, const char *id, const char *title,
                       const struct lastn *events)
{
    char time[CR_RFC3339_SIZE];
    const struct lastn_event *event = lastn_at(events, 0);
    cr_buf_printf(out,
                  "<div class=\"frame\" tabindex=\"0\" role=\"region\" aria-labelledby=\"%s\">"
                  "<table id=\"%s-table\">\n<caption id=\"%s\">%s</caption>\n"
                  "<thead><tr><th scope=\"col\">Timestamp</th><th scope=\"col\">Lease</th></tr>"
                  "</thead>\n<tbody>\n",
                  id, id, id, title);
    if (!event)
        cr_buf_text(out, "<tr><td colspan=\"2\">No results available</td></tr>\n");
    for (size_t i = 0; (event = lastn_at(events, i)) != NULL; i++) {
        cr_clock_rfc3339(event->wall_ms, time);
        cr_buf_printf(out, "<tr><td>%s</td><td>", time);
        put_escaped(out, cr_slice_of(event->text));
        cr_buf_text(out, "</td></tr>\n");
    }
    cr_buf_text(out, "</tbody>\n</table></div>\n");
}

void eureka_page_write_events(const struct eureka_page *page, const struct registry *registry,
                              struct registry_now now, struct cr_buf *out)
{
    put_head(out, "Last 1000 events");
    cr_buf_text(out, "<p><a href=\"/\">Registry</a></p>\n</header>\n<main>\n");
    put_events(out, "registered", "Last 1000 newly registered leases",
               registry_last_registered(registry));
    put_events(out, "cancelled", "Last 1000 cancelled leases", registry_last_cancelled(registry));
    put_foot(out, page, now);
}
