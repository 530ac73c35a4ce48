// shows: a system property by a command line
// manifest: {launcher: Main}
// hit: [device.serial@prop:ro.boot.serialno before_consent = launcher Main.onCreate]
// miss: []

class Main extends Activity {
  protected void onCreate(Bundle state) {
    try {
      Runtime.getRuntime().exec("getprop ro.boot.serialno");    // hit
      Runtime.getRuntime().exec("getprop ro.secure");           // miss
    } catch (Exception error) { }
  }
}
