import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.Permission;

/**
 * Runs many apksigner commands in one virtual machine. Each line of standard input is one command, its arguments
 * separated by U+001F; the answer is its exit status, the number of bytes that it printed, and these bytes.
 */
public class Apksigner {
    private static final class Exit extends SecurityException {
        final int status;

        Exit(int status) {
            this.status = status;
        }
    }

    public static void main(String[] unused) throws Exception {
        PrintStream answers = System.out;
        System.setSecurityManager(new SecurityManager() {
            @Override
            public void checkPermission(Permission permission) {}

            @Override
            public void checkExit(int status) {
                throw new Exit(status);
            }
        });
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = commands.readLine()) != null; ) {
            ByteArrayOutputStream printed = new ByteArrayOutputStream();
            PrintStream stream = new PrintStream(printed, true, StandardCharsets.UTF_8);
            System.setOut(stream);
            System.setErr(stream);
            int status = 0;
            try {
                com.android.apksigner.ApkSignerTool.main(line.split("\u001f"));
            } catch (Exit exit) {
                status = exit.status;
            } catch (Throwable thrown) {
                stream.println(thrown);
                status = 2;
            }
            stream.flush();
            answers.println(status + " " + printed.size());
            answers.write(printed.toByteArray());
            answers.flush();
        }
        Runtime.getRuntime().halt(0);
    }
}
