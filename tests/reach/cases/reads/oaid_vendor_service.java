// shows: a maker's service tells several identifiers by their names
// manifest: {launcher: Main}
// hit: [device.oaid@IOpenID.getSerID before_consent = launcher Main.onCreate > Main.read]
// miss: []

class Main extends Activity {
  protected void onCreate(Bundle state) {
    read((com.heytap.openid.IOpenID) getIntent().getSerializableExtra("id"));
  }
  void read(com.heytap.openid.IOpenID service) {
    String id = service.getSerID("cn.example", "signature", "OUID"); // hit
    String id = service.getSerID("cn.example", "signature", "APID"); // miss
  }
}
package com.heytap.openid;
public interface IOpenID extends java.io.Serializable { String getSerID(String name, String signature, String kind); }
