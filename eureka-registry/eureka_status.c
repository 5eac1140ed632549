/* GET /eureka/status: figures of this server, for people and for Netflix' tools. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cr_clock.h"
#include "cr_json_writer.h"
#include "cr_xml_writer.h"
#include "eureka_handlers.h"

enum { S_PER_MINUTE = 60, S_PER_HOUR = 3600, S_PER_DAY = 86400, MB = 1 << 20, FIGURES = 5 };

struct figure {
    const char *key;
    char value[128];
};

/* "[N day(s) ]HH:mm", as Netflix' page shows it. */
static void put_uptime(int64_t uptime_ms, char *out, size_t size)
{
    int64_t s = uptime_ms / 1000;
    char days[40] = "";
    if (s >= S_PER_DAY)
        snprintf(days, sizeof days, "%lld day%s ", (long long)(s / S_PER_DAY),
                 s >= 2 * S_PER_DAY ? "s" : "");
    snprintf(out, size, "%s%02lld:%02lld", days, (long long)(s % S_PER_DAY / S_PER_HOUR),
             (long long)(s % S_PER_HOUR / S_PER_MINUTE));
}

static long long pages_mb(long long pages)
{
    return pages * sysconf(_SC_PAGESIZE) / MB;
}

static long long resident_mb(void)
{
    long long size = 0;
    long long resident = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file)
        return 0;
    if (fscanf(file, "%lld %lld", &size, &resident) != 2) // NOLINT(cert-err34-c): the kernel's
        resident = 0;
    fclose(file);
    return pages_mb(resident);
}

static void measure(const struct eureka_call *call, struct figure out[FIGURES])
{
    long long total_mb = pages_mb(sysconf(_SC_PHYS_PAGES));
    long long used_mb = resident_mb();
    memset(out, 0, FIGURES * sizeof *out);
    out[0].key = "environment";
    snprintf(out[0].value, sizeof out[0].value, "%s", call->settings->environment);
    out[1].key = "num-of-cpus";
    snprintf(out[1].value, sizeof out[1].value, "%ld", sysconf(_SC_NPROCESSORS_ONLN));
    out[2].key = "total-avail-memory";
    snprintf(out[2].value, sizeof out[2].value, "%lldmb", total_mb);
    out[3].key = "current-memory-usage";
    snprintf(out[3].value, sizeof out[3].value, "%lldmb (%lld%%)", used_mb,
             total_mb > 0 ? 100 * used_mb / total_mb : 0);
    out[4].key = "server-uptime";
    put_uptime(cr_clock_ms() - call->began_ms, out[4].value, sizeof out[4].value);
}

/* Peers come with replication; without any these are empty. */
static const char *const replica_keys[] = {"registered-replicas", "available-replicas",
                                           "unavailable-replicas"};

static void write_json(const struct cr_wire_instance *self, const struct figure figures[FIGURES],
                       struct cr_buf *out)
{
    CR_AUTO(cr_buf) record = {0};
    struct cr_json_writer w;
    cr_wire_instance_write(self, &record);
    cr_json_init(&w, out);
    cr_json_begin_object(&w);
    cr_json_pair_object(&w, "status");
    cr_json_pair_object(&w, "generalStats");
    for (size_t i = 0; i < FIGURES; i++)
        cr_json_pair_text(&w, figures[i].key, figures[i].value);
    cr_json_end_object(&w);
    cr_json_pair_object(&w, "applicationStats");
    for (size_t i = 0; i < CR_COUNT(replica_keys); i++)
        cr_json_pair_text(&w, replica_keys[i], "");
    cr_json_end_object(&w);
    cr_json_pair_raw(&w, "instanceInfo", cr_buf_view(&record));
    cr_json_end_object(&w);
    cr_json_end_object(&w);
    if (cr_buf_status(&record))
        out->failed = CR_ENOMEM;
}

/* The record under the name that it has here: the first and the last tag are its own. */
static void put_self(const struct cr_wire_instance *self, struct cr_buf *out)
{
    CR_AUTO(cr_buf) record = {0};
    cr_wire_instance_write_form(self, CR_WIRE_XML, CR_WIRE_IN_APPLICATION, &record);
    struct cr_slice text = cr_buf_view(&record);
    ptrdiff_t begin = cr_slice_find(text, '>');
    ptrdiff_t end = cr_slice_find_last(text, '<');
    if (cr_buf_status(&record) || begin < 0 || end < begin) {
        out->failed = CR_ENOMEM;
        return;
    }
    cr_buf_text(out, "\n  <instanceInfo>");
    cr_buf_slice(out, cr_slice_sub(text, (size_t)begin + 1, (size_t)end));
    cr_buf_text(out, "</instanceInfo>");
}

static void write_xml(const struct cr_wire_instance *self, const struct figure figures[FIGURES],
                      struct cr_buf *out)
{
    struct cr_xml_writer w;
    cr_buf_text(out, "<status>");
    cr_xml_init(&w, out, CR_XML_PRETTY, 1);
    cr_xml_begin(&w, "generalStats");
    for (size_t i = 0; i < FIGURES; i++)
        cr_xml_pair_text(&w, figures[i].key, figures[i].value);
    cr_xml_end(&w);
    cr_xml_begin(&w, "applicationStats");
    for (size_t i = 0; i < CR_COUNT(replica_keys); i++)
        cr_xml_pair_text(&w, replica_keys[i], "");
    cr_xml_end(&w);
    put_self(self, out);
    cr_buf_text(out, "\n</status>");
}

void eureka_serve_status(struct cr_http_request *req, void *ctx)
{
    const struct eureka_call *call = ctx;
    enum cr_wire_form form;
    struct figure figures[FIGURES];
    CR_AUTO(cr_buf) out = {0};
    if (!eureka_single_form(req, &form))
        return;
    measure(call, figures);
    const struct cr_wire_instance self =
        call->describe_self(call->describe_ctx, cr_http_arena(req));
    if (form == CR_WIRE_JSON)
        write_json(&self, figures, &out);
    else
        write_xml(&self, figures, &out);
    cr_http_answer_buf(req, 200, cr_wire_content_type(form), &out);
}
