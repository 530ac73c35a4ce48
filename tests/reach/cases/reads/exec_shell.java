// shows: a command that a shell is given
// manifest: {launcher: Main}
// hit:
//   - device.mac@exec:ip addr before_consent = launcher Main.onCreate
//   - network.ip@exec:ip addr before_consent = launcher Main.onCreate
// miss: []

class Main extends Activity {
  protected void onCreate(Bundle state) {
    try {
      Runtime.getRuntime().exec(new String[] {"sh", "-c", "ip addr"}); // hit
      Runtime.getRuntime().exec(new String[] {"sh", "-c", "ls"}); // miss
    } catch (Exception error) { }
  }
}
