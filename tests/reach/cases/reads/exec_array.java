// shows: a command as an array of words
// manifest: {launcher: Main}
// hit: [device.serial@prop:gsm.serial before_consent = launcher Main.onCreate]
// miss: []

class Main extends Activity {
  protected void onCreate(Bundle state) {
    try {
      Runtime.getRuntime().exec(new String[] {"getprop", "gsm.serial"}); // hit
      Runtime.getRuntime().exec(new String[] {"getprop", "ro.secure"}); // miss
    } catch (Exception error) { }
  }
}
