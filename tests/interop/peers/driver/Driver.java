package peer;

import com.netflix.appinfo.InstanceInfo;
import com.netflix.discovery.EurekaClient;
import com.netflix.discovery.shared.Application;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Does what the test says, a line each on the standard input; answers with a line of JSON each.
 *
 *  instances APP   what the client has fetched of an application, as "id": "STATUS host:port"
 *  status STATUS   the application takes itself out of service, or back
 *  decode URL B64  what the libraries' readers make of the registry's documents
 *  leave           it deregisters and ends
 */
abstract class Driver {
    // What the libraries print must not get between the answers.
    private static final PrintStream ANSWERS = new PrintStream(new FileOutputStream(FileDescriptor.out), true);

    static void quieten() {
        System.setOut(System.err);
    }

    abstract EurekaClient client();

    abstract void setStatus(String status);

    abstract void leave();

    String decode(String url, String authorization) throws IOException {
        throw new UnsupportedOperationException();
    }

    final void serve() throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        ANSWERS.println("{\"ready\":true}");
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] words = line.split(" ");
            switch (words[0]) {
            case "instances":
                ANSWERS.println(instances(words[1]));
                break;
            case "status":
                setStatus(words[1]);
                ANSWERS.println("{}");
                break;
            case "decode":
                ANSWERS.println(decode(words[1], words[2]));
                break;
            default:
                leave();
                ANSWERS.println("{}");
                System.exit(0);
            }
        }
    }

    private String instances(String name) {
        Application application = client().getApplication(name);
        List<String> members = new ArrayList<>();
        TreeMap<String, InstanceInfo> sorted = new TreeMap<>();
        if (application != null)
            for (InstanceInfo instance : application.getInstances())
                sorted.put(instance.getId(), instance);
        for (InstanceInfo instance : sorted.values())
            members.add(quoted(instance.getId()) + ":" + quoted(instance.getStatus() + " "
                        + instance.getIPAddr() + ":" + instance.getPort()));
        return "{" + String.join(",", members) + "}";
    }

    static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
}
