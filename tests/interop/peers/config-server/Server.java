package peer;

import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.cloud.config.server.EnableConfigServer;
import org.springframework.context.annotation.Configuration;

/** Spring Cloud Config Server as it comes; one beside the other in one machine, as "/" divides the arguments. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EnableConfigServer
public class Server {
    public static void main(String[] arguments) {
        System.setOut(System.err); // what it logs
        List<String> own = new ArrayList<>();
        for (String argument : arguments) {
            if (!argument.equals("/")) {
                own.add(argument);
                continue;
            }
            run(own);
            own.clear();
        }
        run(own);
    }

    private static void run(List<String> arguments) {
        SpringApplication.run(Server.class, arguments.toArray(new String[0]));
    }
}
