import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.*;
import java.util.*;
import java.util.stream.*;
import javax.tools.*;

/** Compiles many small programs in one process: each folder src/ENTRY becomes out/ENTRY/classes.dex. See build.py. */
public class Compile {
    public static void main(String[] args) throws Exception {
        Path work = Paths.get(args[0]);
        String android = args[1], stubs = args[2];
        String sources = args[3];
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        boolean failed = false;
        for (String line : Files.readAllLines(work.resolve("jobs.txt"))) {
            String[] job = line.split(" ");
            Path source = work.resolve("src").resolve(job[0]), classes = work.resolve("classes").resolve(job[0]);
            Path target = work.resolve("out").resolve(job[0]);
            Files.createDirectories(classes);
            Files.createDirectories(target);
            List<String> options = new ArrayList<>(List.of("-nowarn", "-Xlint:-options", "-source", "8", "-target", "8",
                "-g:none", "-encoding", "UTF-8", "-proc:none", "-implicit:class", "-bootclasspath", stubs + ":" + android, "-classpath", "",
                "-sourcepath", sources, "-d", classes.toString()));
            StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null);
            List<Path> units = list(source, ".java");
            StringBuilder said = new StringBuilder();
            boolean done = compiler.getTask(null, files, d -> { if (d.getKind() == Diagnostic.Kind.ERROR) said.append(d).append('\n'); },
                options, null, files.getJavaFileObjectsFromPaths(units)).call();
            files.close();
            if (!done) { System.err.println(job[0] + ": " + said); failed = true; continue; }
            ByteArrayOutputStream words = new ByteArrayOutputStream();
            com.android.dx.command.dexer.DxContext context =
                new com.android.dx.command.dexer.DxContext(new ByteArrayOutputStream(), words);
            com.android.dx.command.dexer.Main.Arguments arguments = new com.android.dx.command.dexer.Main.Arguments(context);
            List<String> options2 = List.of("--no-strict", "--positions=none", "--no-locals", "--min-sdk-version=" + job[1], "--output=" + target.resolve("classes.dex"));
            arguments.parseFlags(options2.toArray(String[]::new));
            arguments.fileNames = list(classes, ".class").stream().map(Path::toString).toArray(String[]::new);
            arguments.makeOptionsObjects();
            int code = new com.android.dx.command.dexer.Main(context).runDx(arguments);
            if (code != 0) { System.err.println(job[0] + ": dx: " + words.toString("UTF-8")); failed = true; }
        }
        System.exit(failed ? 1 : 0);
    }

    static List<Path> list(Path folder, String ending) throws Exception {
        try (Stream<Path> found = Files.walk(folder)) {
            return found.filter(path -> path.toString().endsWith(ending)).sorted().collect(Collectors.toList());
        }
    }
}
