// shows: the access points around
// manifest: {launcher: Main}
// hit:
//   - network.wifi_list@WifiManager.getScanResults before_consent = launcher Main.onCreate
//   - location.precise@WifiManager.getScanResults before_consent = launcher Main.onCreate
// miss: []

import android.net.wifi.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    WifiManager wifi = (WifiManager) getSystemService("wifi");
    List<ScanResult> found = wifi.getScanResults();             // hit
    boolean on = wifi.isWifiEnabled();                          // miss
  }
}
