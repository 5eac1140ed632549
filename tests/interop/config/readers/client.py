"""What config-client has of an application: one line of JSON."""
import json
import sys

from config.spring import ConfigClient

address, name, profile, label, user, password, file = sys.argv[1:]
client = ConfigClient(address=address, app_name=name, profile=profile, label=label)
client.get_config(auth=(user, password))
print(json.dumps({"merged": client.config, "file": client.get_file(file, auth=(user, password))}))
