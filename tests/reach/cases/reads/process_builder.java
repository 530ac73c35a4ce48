// shows: a process that is built from words
// manifest: {launcher: Main}
// hit: [running_apps@exec:ps before_consent = launcher Main.onCreate]
// miss: []

class Main extends Activity {
  protected void onCreate(Bundle state) {
    try {
      new ProcessBuilder("ps", "-A").start();                   // hit
      new ProcessBuilder("ls", "-A").start();                   // miss
    } catch (Exception error) { }
  }
}
