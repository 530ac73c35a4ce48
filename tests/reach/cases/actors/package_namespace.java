// shows: the package itself is the app's namespace too
// manifest:
//   package: com.brand.store
//   launcher: org.school.client.Start
// hit: [serial before_consent = launcher org.school.client.Start.onCreate > com.brand.store.Reader.read]
// miss:
//   - serial before_consent by lib:com.brandnew = launcher org.school.client.Start.onCreate > com.brandnew.store.Reader.read

package org.school.client;
import com.brand.store.Reader;                                  // hit
import com.brandnew.store.Reader;                               // miss
public class Start extends Activity { protected void onCreate(Bundle state) { Reader.read(); } }
package com.brand.store;                                        // hit
package com.brandnew.store;                                     // miss
public class Reader { public static void read() { String id = SERIAL; } }
