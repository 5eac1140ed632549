// What cloud-config-client has of an application: one line of JSON.
const client = require("cloud-config-client");
const [endpoint, name, profile, label, user, pass] = process.argv.slice(2);

client.load({ endpoint, name, profiles: [profile], label, auth: { user, pass } }).then((config) => {
    const sources = config.raw.propertySources.map((source) => source.name);
    const merged = {};
    config.forEach((key, value) => { merged[key] = value; });
    console.log(JSON.stringify({ sources, merged, object: config.toObject() }));
}).catch((error) => {
    console.error(String(error));
    process.exit(1);
});
