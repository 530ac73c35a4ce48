// shows: the hardware address of the own Wi-Fi
// manifest: {launcher: Main}
// hit: [device.mac@WifiInfo.getMacAddress before_consent = launcher Main.onCreate]
// miss: []

import android.net.wifi.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    WifiInfo info = (WifiInfo) getIntent().getParcelableExtra("info");

    String mac = info.getMacAddress();                          // hit
    Object now = info.getSupplicantState();                     // miss
  }
}
