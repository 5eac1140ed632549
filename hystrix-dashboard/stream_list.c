/* What a visitor can choose from. */
#include "stream_list.h"

#include "cr_json_writer.h"
#include "origin.h"

static void write_stream(struct cr_json_writer *writer, const struct cr_instance *instance,
                         const char *path)
{
    CR_AUTO(cr_buf) url = {0};
    CR_AUTO(cr_buf) title = {0};
    origin_write(&url, "http", *instance->ip ? instance->ip : instance->host,
                 instance->management_port);
    cr_buf_printf(&url, "/%s", path);
    cr_buf_printf(&title, "%s, %s:%d", instance->app, instance->host, instance->management_port);
    cr_json_begin_object(writer);
    cr_json_pair_string(writer, "title", cr_buf_view(&title));
    cr_json_pair_string(writer, "stream", cr_buf_view(&url));
    cr_json_end_object(writer);
}

static void write_kind(struct cr_json_writer *writer, const struct cr_snapshot *snapshot,
                       const char *turbine_service, bool turbine)
{
    for (size_t i = 0; i < snapshot->instance_count; i++) {
        const struct cr_instance *instance = &snapshot->instances[i];
        bool is_turbine =
            cr_slice_equal_nocase(cr_slice_of(instance->app), cr_slice_of(turbine_service));
        if (is_turbine == turbine && instance->status == CR_WIRE_UP)
            write_stream(writer, instance, turbine ? "turbine.stream" : "actuator/hystrix.stream");
    }
}

void stream_list_json(const struct cr_snapshot *snapshot, const char *turbine_service,
                      struct cr_buf *out)
{
    struct cr_json_writer writer;
    cr_json_init(&writer, out);
    cr_json_begin_array(&writer);
    write_kind(&writer, snapshot, turbine_service, true);
    write_kind(&writer, snapshot, turbine_service, false);
    cr_json_end_array(&writer);
}
