// shows: the hardware address of an interface
// manifest: {launcher: Main}
// hit: [device.mac@NetworkInterface.getHardwareAddress before_consent = launcher Main.onCreate]
// miss: []

import java.net.NetworkInterface;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    try {
      NetworkInterface card = NetworkInterface.getByName("wlan0");
      byte[] address = card.getHardwareAddress();               // hit
      int size = card.getMTU();                                 // miss
    } catch (Exception error) { }
  }
}
