// shows: the access point
// manifest: {launcher: Main}
// hit: [network.bssid@WifiInfo.getBSSID before_consent = launcher Main.onCreate]
// miss: [network.ssid@WifiInfo.getSSID before_consent = launcher Main.onCreate]

import android.net.wifi.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    WifiInfo info = (WifiInfo) getIntent().getParcelableExtra("info");

    String name = info.getBSSID();                              // hit
    String name = info.getSSID();                               // miss
  }
}
