// shows: a file that a command reads
// manifest: {launcher: Main}
// hit: [device.mac@file:/sys/class/net/*/address before_consent = launcher Main.onCreate]
// miss: []

class Main extends Activity {
  protected void onCreate(Bundle state) {
    try {
      Runtime.getRuntime().exec("cat /sys/class/net/wlan1/address"); // hit
      Runtime.getRuntime().exec("cat /sys/class/net/wlan1/mtu"); // miss
    } catch (Exception error) { }
  }
}
