// shows: the own address in a field
// manifest: {launcher: Main}
// hit: [network.ip@DhcpInfo.ipAddress before_consent = launcher Main.onCreate]
// miss: []

import android.net.DhcpInfo;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    DhcpInfo info = (DhcpInfo) getIntent().getParcelableExtra("info");
    int address = info.ipAddress;                               // hit
    int mask = info.netmask;                                    // miss
  }
}
