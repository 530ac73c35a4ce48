// shows: a property of the Java system
// manifest: {launcher: Main}
// hit:
//   - device.fingerprint@System.getProperty before_consent = launcher Main.onCreate
//   - device.model@System.getProperty before_consent = launcher Main.onCreate
// miss: []

class Main extends Activity {
  protected void onCreate(Bundle state) {
    String value = System.getProperty("http.agent");            // hit
    String value = System.getProperty("os.arch");               // miss
  }
}
