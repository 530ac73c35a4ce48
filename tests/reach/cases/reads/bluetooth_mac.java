// shows: the address of the own Bluetooth
// manifest: {launcher: Main}
// hit: [device.bluetooth_mac@BluetoothAdapter.getAddress before_consent = launcher Main.onCreate]
// miss: []

import android.bluetooth.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    BluetoothAdapter adapter = BluetoothAdapter.getDefaultAdapter();
    String address = adapter.getAddress();                      // hit
    boolean on = adapter.isEnabled();                           // miss
  }
}
