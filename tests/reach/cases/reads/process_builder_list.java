// shows: a process that is built from a list
// manifest: {launcher: Main}
// hit: [device.serial@prop:gsm.serial before_consent = launcher Main.onCreate]
// miss: []

class Main extends Activity {
  protected void onCreate(Bundle state) {
    try {
      new ProcessBuilder(Arrays.asList("getprop", "gsm.serial")).start(); // hit
      new ProcessBuilder(Arrays.asList("getprop", "ro.secure")).start(); // miss
    } catch (Exception error) { }
  }
}
